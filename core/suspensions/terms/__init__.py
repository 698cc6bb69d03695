"""What is to become of a subscription that is not paid for when its term ends: asked, kept, compared with Partner Center, chased."""
