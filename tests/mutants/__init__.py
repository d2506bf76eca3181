"""The gate on trial: does every check go red on a defect of its kind, and none on an API that is only different?"""
