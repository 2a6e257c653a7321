"""Between levels: what changes from one to the next newer one, both ways."""
