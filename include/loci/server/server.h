// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/describe/verifier.h"
#include "loci/index/index.h"
#include "loci/place/group.h"

#include <cstdint>
#include <memory>
#include <string>

namespace loci {

struct ServerOptions {
  /// Address to listen on; anything but 127.0.0.1 and ::1 lets other machines in.
  std::string host = "127.0.0.1";
  /// Port to listen on, 0 for any free one.
  int port = 8080;
  /// Photos may be added and removed.
  bool changeable = true;
  /// Folder for added photos; empty for 'uploads' within the collection's.
  std::string uploads;
  /// Largest photo that is taken, MiB.
  int max_upload_mib = 32;
  /// Largest photo that is decoded, million pixels.
  int max_megapixels = 100;
  /// Photos that may wait to be described; more are told to come back.
  int queue = 64;
  /// Photos described at once, 0 for one a processor.
  int workers = 0;
  /// Time for a request to arrive, and to wait for its turn, seconds.
  double request_timeout_s = 30;
  /// Time a connection may be silent between requests, seconds.
  double idle_timeout_s = 75;
  /// Time that requests get to finish when the server stops, seconds.
  double stop_timeout_s = 10;
  /// Connections open at once.
  int max_connections = 4096;
  /// Memory for thumbnails and for what was computed for the last photos, MiB.
  int memory_mib = 256;
  /// Address of map tiles with {z}, {x} and {y}, such as https://tile.example.org/{z}/{x}/{y}.png;
  /// empty: the page draws a grid and asks nobody.
  std::string tile_url;
  /// Who must be named on a map with tiles.
  std::string tile_credit;
  std::string token;  ///< empty: none is asked for; not among the described ones, as command lines
                      ///< are seen by others

  template <class V>
  void describe(V&& v) {
    v({"host", "address to listen on; anything but 127.0.0.1 and ::1 lets other machines in"},
      host);
    v({"port", "port to listen on, 0 for any free one"}, port);
    v({"changeable", "photos may be added and removed"}, changeable);
    v({"uploads", "folder for added photos; empty for 'uploads' within the collection's"}, uploads);
    v({"max_upload_mib", "largest photo that is taken, MiB"}, max_upload_mib);
    v({"max_megapixels", "largest photo that is decoded, million pixels"}, max_megapixels);
    v({"queue", "photos that may wait to be described; more are told to come back"}, queue);
    v({"workers", "photos described at once, 0 for one a processor"}, workers);
    v({"request_timeout_s", "time for a request to arrive, and to wait for its turn, seconds"},
      request_timeout_s);
    v({"idle_timeout_s", "time a connection may be silent between requests, seconds"},
      idle_timeout_s);
    v({"stop_timeout_s", "time that requests get to finish when the server stops, seconds"},
      stop_timeout_s);
    v({"max_connections", "connections open at once"}, max_connections);
    v({"memory_mib", "memory for thumbnails and for what was computed for the last photos, MiB"},
      memory_mib);
    v({"tile_url",
       "address of map tiles with {z}, {x} and {y}, such as "
       "https://tile.example.org/{z}/{x}/{y}.png; "
       "empty: the page draws a grid and asks nobody"},
      tile_url);
    v({"tile_credit", "who must be named on a map with tiles"}, tile_credit);
  }
};

struct ServedCollection {
  std::string folder;
  DescribeOptions describe;
  IndexOptions index;
  VerifyOptions verify;
  GroupOptions group;
};

/// A collection behind HTTP: docs/openapi.json is the interface, docs/server.md the rest.
///
/// One thread serves all connections and never waits for a photograph; describing, looking up and
/// changing have workers and bounded queues of their own, and a full queue answers 503. The
/// collection is read again when another process has changed it.
/// Threads: all members are safe from any thread
class Server {
 public:
  /// Opens the collection and listens.
  /// Errors:  as PlaceDb::open; InvalidArgument for options out of range or an address that is
  ///          none; Io for a port that is in use or not allowed, by number
  static Result<std::unique_ptr<Server>> start(const ServedCollection& collection,
                                               const ServerOptions& options,
                                               const JobControl& log = {});
  /// Stops.
  virtual ~Server() = default;
  virtual int port() const = 0;
  virtual std::string url() const = 0;
  /// Takes no more requests, lets those in hand finish for up to stop_timeout_s, and closes everything. False where
  /// work is left that could not be stopped in that time (a photo that is being decoded): the destructor waits for it,
  /// and a program that must end now does so without running it. Whatever is cut off there leaves a sound collection.
  virtual bool stop() = 0;
};

}  // namespace loci
