"""What a request passes on its way in: whose host it is, who asks, and the transaction it runs in."""
