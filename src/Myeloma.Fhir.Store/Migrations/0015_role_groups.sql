-- Of a relationship the number of its role group; null for what is no relationship, and for what was imported before.
ALTER TABLE concept_property ADD COLUMN role_group integer;
