// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verb.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/server/server.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace loci::cli {
namespace {

struct ServeVerb {
  ServedCollection served;
  ServerOptions server;
  std::string precision = "auto";
  std::string token_file;
};

/// The token of --token-file, else of the environment: a command line is seen by every user of the
/// machine.
Result<std::string> read_token(const std::string& file) {
  constexpr size_t kLeast = 16;
  std::string token;
  std::string where = "LOCI_TOKEN";
  if (!file.empty()) {
    LOCI_TRY(text, read_text_file(file, 4096));
    token = std::string(trim(text));
    where = printable(file);
  } else if (const char* given = std::getenv("LOCI_TOKEN")) {
    token = std::string(trim(given));
  }
  // A variable that is there and blank is a secret that did not arrive, not a wish for an open server.
  const bool asked = !file.empty() || std::getenv("LOCI_TOKEN") != nullptr;
  const bool plain = token.find_first_not_of(
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=") ==
                     std::string::npos;
  if (asked && (token.size() < kLeast || !plain)) {
    return invalid_argument(where +
                            ": a token has 16 or more letters, digits and -._~+/=, such as "
                            "'openssl rand -hex 24' prints");
  }
  return token;
}

Status serve(ServeVerb& verb, Console& console) {
  LOCI_TRY(precision, parse_precision(verb.precision));
  verb.served.describe.precision = precision;
  LOCI_TRY(token, read_token(verb.token_file));
  verb.server.token = std::move(token);
  const JobControl job = console.job();
  LOCI_TRY(server, Server::start(verb.served, verb.server, job));
  const bool inside = verb.server.host == "127.0.0.1" || verb.server.host == "::1" ||
                      verb.server.host == "localhost";
  if (!inside && verb.server.token.empty()) {
    console.note(
        "note: other machines can reach this address, and no token is asked for (--token-file)");
  }
  JsonWriter json;
  json.object().member("url", server->url()).member("port", server->port()).end();
  console.result_json(json.str());
  console.note("serving " + printable(verb.served.folder) + " at " + server->url() +
               " (Ctrl-C stops)");
  while (!job.cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  console.note("stopping: requests in hand are finished");
  if (!server->stop()) {
    // A photo is being decoded still. What it would have changed is either in the collection or not; nobody waits.
    console.note("stopped with work in hand");
    std::fflush(nullptr);
    std::_Exit(0);
  }
  return {};
}

}  // namespace

void add_serve_verb(Program& program) {
  auto verb = std::make_shared<ServeVerb>();
  CLI::App* app = add_verb(
      program,
      "serve",
      "Search a collection by photo in a web page and over HTTP",
      "  loci serve --db pictures.loci\n"
      "  loci serve --db pictures.loci --host 0.0.0.0 --token-file token.txt --no-changeable\n"
      "  curl --data-binary @new.jpg -H 'Content-Type: image/jpeg' http://127.0.0.1:8080/v1/query");
  app->add_option("--db", verb->served.folder, "folder of the collection")->required();
  app->add_option("--token-file",
                  verb->token_file,
                  "file with the bearer token to ask for (else LOCI_TOKEN; none: no token)");
  app->add_option("--precision", verb->precision, "fp32, bf16, int8 or auto")
      ->capture_default_str();
  add_options(app, verb->server);
  add_options(app, verb->served.index);
  add_options(app, verb->served.verify);
  add_options(app, verb->served.group);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return serve(*verb, console); };
  });
}

}  // namespace loci::cli
