"""What a question needs before and after the search: spelling, coverage."""
