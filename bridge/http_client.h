// SPDX-License-Identifier: GPL-2.0-or-later
// HTTP/1 client for POSTs to chargers: one connection per request, never follows redirects.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "bridge/http_message.h"
#include "bridge/loop.h"

namespace bridge {

struct HttpPost {
  std::string url;      // http://host[:port]/path; https is not there yet
  HttpHeaders headers;  // Host, Content-Length and Connection are added; names and values must hold no line ends
  std::string body;
  int connectTimeoutMs = 10000;       // resolving and connecting
  int totalTimeoutMs = 45000;         // from post() to the complete answer (QUIRKS H14: chargers are slow)
  std::size_t maxBody = 1024 * 1024;  // of the answer, bytes
};

struct HttpResult {
  enum class Outcome {
    Answered,       // response is complete, whatever its status
    ConnectFailed,  // nothing was sent: bad URL, name, refused or timed-out connection. Safe to repeat
    Timeout,        // sent, no complete answer in time
    Broken,         // connection lost, or an answer that is not HTTP or too big, after sending began
  };
  Outcome outcome = Outcome::ConnectFailed;
  std::string detail;  // what went wrong, for the log
  HttpResponse response;
};

class HttpClient {
 public:
  using Done = std::function<void(HttpResult&&)>;

  explicit HttpClient(Loop& loop);
  /// Cancels everything, without callbacks.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// `done` is called exactly once from the loop, never from inside post(), unless cancelled. It may call anything,
  /// even destroy the client; it must not throw. Returns an id for cancel(), never 0.
  std::uint64_t post(HttpPost&& request, Done done);
  /// Cuts the connection; `done` is not called any more. An unknown id is ignored.
  void cancel(std::uint64_t id);
  std::size_t inFlight() const;

 private:
  class Exchange;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace bridge
