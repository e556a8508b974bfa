"""GPT-2 from its checkpoint to an OpenVINO model."""
