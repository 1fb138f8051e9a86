"""What only the operator may do, with their own AWS rights."""
