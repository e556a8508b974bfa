"""A small grammar of questions over function words: where one ends, what it is about, what it leaves out."""
