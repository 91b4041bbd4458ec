import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** mongo-java-server in memory, on one port of this machine, until it is ended. */
public final class Server {
  public static void main(String[] args) throws InterruptedException {
    MemoryBackend backend = new MemoryBackend();
    backend.version(new Seven());
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", Integer.parseInt(args[0]));
    System.out.println("Listening on " + server.getConnectionString());
    Thread.currentThread().join();
  }

  /** The newest that it knows itself, 5.0, it gives a wire version that the driver takes no more (8; 9 is the least). */
  private static final class Seven implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(7, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 21;
    }

    @Override
    public String toVersionString() {
      return "7.0.0";
    }
  }
}
