"""The product: generations, assets, threads, and everything between a prompt and a stored result."""
