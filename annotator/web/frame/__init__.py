"""What every route stands on: the service, who is asking, rendering, errors, the contract's shapes, and how requests are seen and served."""
