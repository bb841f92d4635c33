"""The web: serve the page and the HTTP interface; runs are made in worker processes."""
