// SPDX-License-Identifier: GPL-2.0-or-later
// HTTP/1 client for POSTs to chargers, with or without TLS: one connection per request unless it is to be kept; never
// follows redirects.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "bridge/http_message.h"
#include "bridge/loop.h"
#include "bridge/resolver.h"
#include "bridge/tls_trust.h"

namespace bridge {

struct HttpPost {
  std::string url;      // http:// or https://host[:port]/path
  HttpHeaders headers;  // Host, Content-Length and Connection are added; names and values must hold no line ends
  std::string body;
  int connectTimeoutMs = 10000;       // resolving, then connecting and TLS handshake with all addresses together
  int totalTimeoutMs = 45000;         // from post() to the complete answer (QUIRKS H14: chargers are slow)
  std::size_t maxBody = 1024 * 1024;  // of the answer, bytes
  std::string source;                 // numeric; where the connection leaves from. "" = as the client's options say
  /// Not "": the connection is kept under this name for the next request that names it and goes to the same place. A
  /// kept one that turns out to be lost before anything of an answer came is replaced once, and the same bytes are sent
  /// again: the peer may see them twice, so only for requests whose repetition it can tell (their MessageID is the
  /// same).
  std::string connection;
  /// Asked for every address just before it is connected to: "" = go on, else why not. Kept until the end.
  std::function<std::string(const NetAddress&)> refusal;
  TlsTrust trust;  // of https
};

struct HttpResult {
  enum class Outcome {
    Answered,       // response is complete, whatever its status
    ConnectFailed,  // nothing was sent: bad URL, name, address, connection or certificate. Safe to repeat
    Timeout,        // sent, no complete answer in time
    Broken,         // connection lost, or an answer that is not HTTP or too big, after sending began
  };
  Outcome outcome = Outcome::ConnectFailed;
  std::string detail;     // what went wrong, for the log
  bool shortage = false;  // ConnectFailed for want of file descriptors here: says nothing about the peer
  HttpResponse response;
};

struct HttpClientOptions {
  std::string caFile;                      // PEM; "" = the system's CAs
  std::string bindAddress;                 // numeric; connections leave from there. "" = as the system routes
  std::chrono::seconds nameLifetime{300};  // how long the addresses of a name are used without asking again
  /// How names become addresses; must answer later. Empty = by the loop's resolver. For tests.
  std::function<void(const std::string& host, Resolver::Done)> lookUp;
};

/// What carries requests to chargers; another one stands in its place where the network is simulated.
class HttpCaller {
 public:
  using Done = std::function<void(HttpResult&&)>;

  virtual ~HttpCaller() = default;
  /// `done` is called exactly once from the loop, never from inside post(), unless cancelled. It may call anything,
  /// even destroy the caller; it must not throw. Returns an id for cancel(), never 0.
  virtual std::uint64_t post(HttpPost&& request, Done done) = 0;
  /// Cuts the connection; `done` is not called any more. An unknown id is ignored.
  virtual void cancel(std::uint64_t id) = 0;
  virtual std::size_t inFlight() const = 0;
};

class HttpClient final : public HttpCaller {
 public:
  explicit HttpClient(Loop& loop, HttpClientOptions options = {});
  /// Ends everything; whoever waits is told so (FIELD A4).
  ~HttpClient() override;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  std::uint64_t post(HttpPost&& request, Done done) override;
  void cancel(std::uint64_t id) override;
  std::size_t inFlight() const override;
  /// Why the CA file cannot be used; "" = it can.
  std::string tlsProblem();

 private:
  class Exchange;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace bridge
