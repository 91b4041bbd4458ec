import { MongoServerError, type Document, type MongoClient } from 'mongodb';

const commandNotFound = 59;

/** What a server says of itself. mongo-java-server 1.47 knows the question by its older name only, as servers before 4.4.2 do. */
export async function hello(client: MongoClient): Promise<Document> {
  const admin = client.db('admin');
  try {
    return await admin.command({ hello: 1 });
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== commandNotFound) throw error;
    return await admin.command({ isMaster: 1 });
  }
}
