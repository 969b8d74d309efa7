// SPDX-License-Identifier: GPL-2.0-or-later
// Targets http-server, http-client and inflate: HTTP framing as far as it is ours. However the bytes are cut, the
// result is one.
#include <zlib.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bridge/http_answer.h"
#include "bridge/http_connection.h"
#include "bridge/inflater.h"
#include "bridge/loop.h"
#include "tests/fuzz/targets.h"

namespace fuzz {

namespace {

using bridge::HttpRequest;
using bridge::HttpResponse;

/// The sizes of the pieces that a text comes in: one whole, bytes, or by a pattern.
class Cuts {
 public:
  explicit Cuts(std::size_t pattern) : state_(static_cast<std::uint32_t>(pattern)) {}
  std::size_t next() {
    if (state_ == 0) return std::string_view::npos;
    if (state_ == 1) return 1;
    state_ = state_ * 1664525U + 1013904223U;
    return 1 + (state_ >> 24) % 40;
  }

 private:
  std::uint32_t state_;
};

/// A stream that takes everything at once and has no socket.
class MemoryStream final : public bridge::Stream {
 public:
  explicit MemoryStream(std::string& out) : out_(out) {}
  bool open() const override { return open_; }
  bool write(std::string_view bytes) override {
    require(open_ && !finished_, "written behind the end");
    out_.append(bytes);
    return true;
  }
  bool writeShared(const std::shared_ptr<const std::string>& text) override { return write(*text); }
  bool unsent() const override { return false; }
  void setReading(bool on) override { reading = on; }
  void finish() override { finished_ = true; }
  void drop() override { open_ = false; }
  bool reading = true;

 private:
  std::string& out_;
  bool open_ = true, finished_ = false;
};

/// What one connection did: requests as texts, and all bytes it wrote.
struct Served {
  std::vector<std::string> requests;
  std::string written;
};

bridge::Loop& loop() {
  static bridge::Loop one;
  return one;
}

std::string textOf(const HttpRequest& request) {
  std::string text = request.method + " " + request.target + " " + std::to_string(request.minor) + "\n";
  for (const auto& [name, value] : request.headers) text.append(name).append(": ").append(value).append("\n");
  return text + "\n" + request.body;
}

constexpr std::size_t maxHeader = 600, maxBody = 300;

void check(const HttpRequest& request, std::string_view input) {
  require(request.body.size() <= maxBody, "a body above the limit", input);
  require(request.headers.find("Content-Length") == nullptr || request.headers.find("Transfer-Encoding") == nullptr,
          "two lengths", input);
  require(request.method.find_first_of(" \r\n") == std::string::npos, "a method with blanks", input);
  for (const auto& [name, value] : request.headers)
    require(name.find_first_of(" \r\n:") == std::string::npos && value.find_first_of("\r\n") == std::string::npos,
            "a header with a line end", input);
}

/// `late`: the handler answers after the bytes are in, as the bridge mostly does.
Served serve(std::string_view input, Cuts cuts, bool late) {
  Served served;
  std::vector<bridge::Responder> waiting;
  const auto answer = [](const bridge::Responder& responder) {
    HttpResponse response;
    response.body = "ok";
    responder.respond(std::move(response));
  };
  bridge::HttpServerOptions options;
  options.maxHeader = maxHeader;
  options.maxBody = maxBody;
  const auto shared = std::make_shared<bridge::detail::HttpServerState>(
      loop(), std::move(options), [&](HttpRequest&& request, bridge::Responder responder) {
        check(request, input);
        served.requests.push_back(textOf(request));
        if (late)
          waiting.push_back(std::move(responder));
        else
          answer(responder);
      });
  bridge::detail::HttpServerState& state = *shared;
  auto connection = std::make_shared<bridge::detail::HttpConnection>(state, *bridge::NetAddress::parse("127.0.0.1", 1));
  auto made = std::make_unique<MemoryStream>(served.written);
  MemoryStream& stream = *made;
  connection->stream = std::move(made);
  state.connections.push_front(connection);
  connection->place = state.connections.begin();
  const auto settle = [&] {
    while (!waiting.empty() || !state.waiting.empty()) {
      for (const auto& responder : std::exchange(waiting, {})) answer(responder);
      ev_run(loop().raw(), EVRUN_NOWAIT);  // what is pipelined behind it, and who waits for a turn (C2)
    }
  };
  for (std::string_view rest = input; !rest.empty();) {
    const std::string piece(rest.substr(0, cuts.next()));
    rest.remove_prefix(piece.size());
    connection->onBytes(piece);
    settle();
    require(stream.reading || connection->held.size() >= 64 * 1024, "reading stopped for nothing", input);
  }
  require(state.inFlight == 0, "a request was not answered", input);
  bridge::Deadlines::disarm(*connection);
  connection->server = nullptr;
  return served;
}

/// Without interim answers and refusals: which refusal, and whether more was waited for, may depend on the pieces.
std::string answersIn(std::string text) {
  static constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
  for (auto at = text.find(interim); at != std::string::npos; at = text.find(interim)) text.erase(at, interim.size());
  return text.substr(0, text.find("HTTP/1.1 4"));
}

}  // namespace

// --- http-server: C L BYTES; C: how they are cut, L: whether the handler answers later

void runHttpServer(std::string_view input) {
  Input in(input);
  const std::size_t pattern = in.choose(63);
  const bool late = in.choose(1) == 1;
  const Served whole = serve(in.rest(), Cuts(0), false);
  const Served cut = serve(in.rest(), Cuts(pattern + 1), late);
  require(whole.requests == cut.requests, "cut differently, the requests differ", in.rest());
  require(answersIn(whole.written) == answersIn(cut.written), "cut differently, the answers differ: " + cut.written,
          whole.written);
}

Seeds httpServerSeeds() {
  // "hello" as gzip.
  static const std::string gzipped("\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\0",
                                   25);
  return {
      "00POST /ocpp HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
      "10POST /ocpp HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n5;a=b\r\nhello\r\n0\r\nx: "
      "y\r\n\r\n"
      "GET /health HTTP/1.1\r\nHost: a\r\n\r\n",
      "21POST / HTTP/1.1\nHost: a\nContent-Type: text/xml\nContent-Length: 2\nConnection: close\n\nhiPOST",
      "31POST / HTTP/1.0\r\nContent-Length: 2\r\nConnection: Keep-Alive\r\n\r\nhi\r\n\r\nHEAD / HTTP/1.1\r\nHost: "
      "b\r\n\r\n",
      "41POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
      "50POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "60POST http://x:1/y?z HTTP/1.1\r\nContent-Length: 301\r\n\r\n",
      "71POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(gzipped.size()) + "\r\n\r\n" +
          gzipped,
  };
}

// --- http-client: C E BYTES; C: how they are cut, E: whether the peer closes in order

namespace {

std::string answerOf(std::string_view input, Cuts cuts, bool closed) {
  bridge::HttpLimits limits;
  limits.header = maxHeader;
  limits.body = maxBody;
  bridge::HttpAnswer answer(limits);
  auto state = bridge::HttpAnswer::State::More;
  for (std::string_view rest = input; !rest.empty() && state == bridge::HttpAnswer::State::More;) {
    const std::string piece(rest.substr(0, cuts.next()));
    rest.remove_prefix(piece.size());
    state = answer.add(piece);
  }
  if (closed && state == bridge::HttpAnswer::State::More) state = answer.end();
  if (state == bridge::HttpAnswer::State::Bad) require(!answer.problem().empty(), "bad without saying why", input);
  // When that is seen may depend on the pieces: the peer's end of close decides in the end.
  if (state != bridge::HttpAnswer::State::Complete) return "none";
  const HttpResponse& response = answer.response();
  require(response.status >= 200 || response.status == 101, "an interim answer was taken for the answer", input);
  require(response.body.size() <= maxBody, "a body above the limit", input);
  std::string text = std::to_string(response.status) + "\n";
  for (const auto& [name, value] : response.headers) text.append(name).append(": ").append(value).append("\n");
  return text + "\n" + response.body;
}

}  // namespace

void runHttpClient(std::string_view input) {
  Input in(input);
  const std::size_t pattern = in.choose(63);
  const bool closed = in.choose(1) == 1;
  const std::string whole = answerOf(in.rest(), Cuts(0), closed);
  const std::string cut = answerOf(in.rest(), Cuts(pattern + 1), closed);
  // Trailers that come at once are not measured; in pieces they may be too long to be kept.
  if (in.rest().size() > maxHeader + maxBody && cut == "none") return;
  require(whole == cut, "cut differently, the answer differs: " + cut, whole);
}

Seeds httpClientSeeds() {
  return {
      "00HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: 5\r\n\r\nhello",
      "10HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 Error\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "01HTTP/1.0 200 OK\nServer: x\n\nto the end",
      "11HTTP/1.1 204 No Content\r\n\r\n",
      "21HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
      "31HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
      "41HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
  };
}

// --- inflate: C K BYTES; C: how they are cut, K: 0 gzip, 1 deflate, 2 and 3 the same with BYTES compressed by us

namespace {

constexpr std::size_t maxText = 128 * 1024;

struct Inflated {
  bool good = false;
  std::string text;
};

Inflated inflated(std::string_view input, bridge::ContentCoding coding, Cuts cuts) {
  Inflated result;
  bridge::Inflater inflater(coding);
  auto outcome = bridge::Inflater::Outcome::Good;
  for (std::string_view rest = input; !rest.empty() && outcome == bridge::Inflater::Outcome::Good;) {
    const std::string piece(rest.substr(0, cuts.next()));
    rest.remove_prefix(piece.size());
    outcome = inflater.feed(piece, result.text, maxText);
    require(result.text.size() <= maxText, "a text above the limit");
  }
  result.good = outcome == bridge::Inflater::Outcome::Good && inflater.complete();
  return result;
}

std::string compressed(std::string_view text, bridge::ContentCoding coding) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, coding == bridge::ContentCoding::Gzip ? 31 : 15, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<unsigned>(text.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

void runInflate(std::string_view input) {
  Input in(input);
  const std::size_t pattern = in.choose(63);
  const std::size_t kind = in.choose(3);
  const auto coding = kind % 2 == 0 ? bridge::ContentCoding::Gzip : bridge::ContentCoding::Deflate;
  const bool ours = kind >= 2;
  const std::string bytes = ours ? compressed(in.rest(), coding) : std::string(in.rest());
  const Inflated whole = inflated(bytes, coding, Cuts(0));
  const Inflated cut = inflated(bytes, coding, Cuts(pattern + 1));
  // How much may have come out so far depends on what has come in so far, so only small texts must agree.
  const bool small = std::max(whole.text.size(), cut.text.size()) <= bridge::Inflater::freeGrowth;
  require(!small || whole.good == cut.good, "cut differently, one is good", in.rest());
  require(!whole.good || !cut.good || whole.text == cut.text, "cut differently, the texts differ", in.rest());
  require(!ours || !small || (whole.good && whole.text == in.rest()), "our own compression is not undone", in.rest());
}

Seeds inflateSeeds() {
  const std::string xml = "<e:Envelope xmlns:e=\"x\"><e:Body/></e:Envelope>";
  return {"00" + compressed(xml, bridge::ContentCoding::Gzip),
          "11" + compressed(xml, bridge::ContentCoding::Deflate),
          "21" + compressed(xml, bridge::ContentCoding::Deflate).substr(2),  // without zlib's frame
          "30" + compressed(std::string(60000, 'a'), bridge::ContentCoding::Gzip),
          "40" + xml,
          "52" + xml,
          "63" + xml};
}

}  // namespace fuzz
