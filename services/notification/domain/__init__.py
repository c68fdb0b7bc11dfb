"""What notification keeps, which notices follow, and what an agency may know: pure, time is handed in."""
