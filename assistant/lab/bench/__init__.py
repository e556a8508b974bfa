"""The benchmark: what the engines do on this machine, measured in processes of their own."""
