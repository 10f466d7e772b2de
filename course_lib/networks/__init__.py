"""Networks: layers in a row over one flat vector, and the classic associative ones."""
