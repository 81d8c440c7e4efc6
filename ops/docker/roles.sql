-- The roles and the database that the product expects; for local work only, as the passwords tell.
CREATE ROLE owner LOGIN CREATEROLE CREATEDB PASSWORD 'owner';
CREATE ROLE app LOGIN PASSWORD 'app';
CREATE DATABASE campaign_builder OWNER owner;
