// Command ferretdb runs FerretDB on a folder of SQLite files, one command at a time, until it is ended.
package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

// Relative to the working folder: the system limits such a path to some hundred bytes.
const socket = "ferretdb.sock"

func main() {
	listen := flag.String("listen", "127.0.0.1:27017", "host:port for clients")
	data := flag.String("data", "data", "an existing folder for the SQLite files")
	flag.String("mark", "", "for whoever looks for this process; of no meaning to it")
	flag.Parse()
	if err := run(*listen, *data); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(listen, data string) error {
	// What a killed process leaves.
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return err
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{Unix: socket},
		Handler:   "sqlite",
		SQLiteURL: "file:" + data + "/",
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	clients, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	go accept(clients)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	fmt.Println("Listening on mongodb://" + listen)
	return server.Run(ctx)
}

func accept(clients net.Listener) {
	for {
		client, err := clients.Accept()
		if err != nil {
			return
		}
		go serve(client)
	}
}

// serve ends when either side does.
func serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer server.Close()
	for {
		request, err := readMessage(client)
		if err != nil {
			return
		}
		reply, err := ask(server, request)
		if err != nil {
			return
		}
		if _, err := client.Write(reply); err != nil {
			return
		}
	}
}

var oneAtATime sync.Mutex

// ask lets no other command in between: FerretDB 1 reads a document and writes it back in separate steps, so that of two updates at once
// one is lost.
func ask(server net.Conn, request []byte) ([]byte, error) {
	oneAtATime.Lock()
	defer oneAtATime.Unlock()
	if _, err := server.Write(request); err != nil {
		return nil, err
	}
	if isUnanswered(request) {
		return nil, nil
	}
	return readMessage(server)
}

// isUnanswered is true of an unacknowledged write.
func isUnanswered(request []byte) bool {
	const opMsg, moreToCome = 2013, 2
	return binary.LittleEndian.Uint32(request[12:]) == opMsg && binary.LittleEndian.Uint32(request[16:])&moreToCome != 0
}

// readMessage reads a little-endian length, which counts itself, and the rest.
func readMessage(from io.Reader) ([]byte, error) {
	const least, most = 20, 64 << 20
	head := make([]byte, 4)
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(head)
	if size < least || size > most {
		return nil, fmt.Errorf("a message of %d bytes", size)
	}
	message := make([]byte, size)
	copy(message, head)
	_, err := io.ReadFull(from, message[len(head):])
	return message, err
}
