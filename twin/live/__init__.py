"""The twin beside a building: live on its points, or on two weeks of them."""
