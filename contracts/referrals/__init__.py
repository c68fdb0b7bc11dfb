"""What intake says of referrals and of who is who."""
