"""What the page never imports: the benchmark, the evaluation, further training."""
