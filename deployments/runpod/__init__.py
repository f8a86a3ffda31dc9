"""The two workers as RunPod runs them: a process of its own for each, without Prefect's server.

They do what the flows do, with the same tasks as plain functions. RunPod queues, limits and repeats jobs itself.
"""
