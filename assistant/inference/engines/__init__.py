"""The engines that run a language model, each behind the same small interface."""
