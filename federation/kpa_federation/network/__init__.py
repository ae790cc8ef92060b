"""The network of instances: who they are, the node that keeps everything, held records, leaving."""
