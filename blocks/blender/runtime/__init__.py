"""What runs inside Blender's own Python: the standard library, bpy and pyseccomp, never the project's packages."""
