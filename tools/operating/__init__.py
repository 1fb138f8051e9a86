"""Commands for the operator of a deployed stack. They use the operator's own AWS rights."""
