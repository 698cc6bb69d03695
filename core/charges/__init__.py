"""Microsoft's charges: what a change costs or gives back, and until when something can still be cancelled or reduced."""
