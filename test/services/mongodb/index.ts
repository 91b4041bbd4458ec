export { type MongoCapabilities } from './capabilities.ts';
export { type MongoServer } from './mongo-server.ts';
export { mongoServers, type MongoServerName, type MongoTestServer } from './mongo-servers.ts';
export { databaseOfTest } from './database-of-test.ts';
export { ownDatabase } from './own-database.ts';
export { startFerretDb, type FerretDbOptions } from './start-ferretdb.ts';
export { startMongoJavaServer, type MongoJavaServerOptions } from './start-mongo-java-server.ts';
