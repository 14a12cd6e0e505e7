"""What is to be paid for a service, and the money that came. Must never lose money, nor decide what a fee is."""
