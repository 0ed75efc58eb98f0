"""Believable requests for the demonstration, made up fast; ``make_demo_requests`` stores them."""
