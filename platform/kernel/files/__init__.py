"""Files that strangers send: what they are, whether they do harm, and what is kept of them. Knows no organization."""
