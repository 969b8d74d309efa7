// SPDX-License-Identifier: GPL-2.0-or-later
// One HTTP exchange on a non-blocking socket: resolve, check, connect, shake hands, send, parse the answer.
#include "bridge/http_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bridge/dial.h"
#include "bridge/http_answer.h"
#include "bridge/kept_connections.h"
#include "bridge/name_pins.h"
#include "bridge/resolver.h"
#include "bridge/tls_client.h"
#include "bridge/url.h"
#include "bridge/watch.h"

namespace bridge {

struct HttpClient::State {
  State(Loop& theLoop, HttpClientOptions&& chosen)
      : loop(theLoop), options(std::move(chosen)), pins(options.nameLifetime), tls(options.caFile) {}
  Loop& loop;
  HttpClientOptions options;
  NamePins pins;
  TlsClient tls;
  KeptConnections kept;
  std::uint64_t lastId = 0;
  std::unordered_map<std::uint64_t, std::shared_ptr<Exchange>> exchanges;
  std::array<char, 16384> buffer{};  // for reading; used within one event only
};

/// Only readSome() and writeSome() know the bytes' way.
class HttpClient::Exchange final : public Deadlines::Node, Dial::Owner, public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<State> state, std::uint64_t id, Done&& done);
  ~Exchange() override { closeSocket(); }

  void start(HttpPost&& request);
  /// Without a callback.
  void drop();
  /// The client is gone.
  void end() { finish(connected_ ? Outcome::Broken : Outcome::ConnectFailed, "given up: the bridge ends"); }

 private:
  using Outcome = HttpResult::Outcome;

  void onDeadline() override;
  bool takeKept();
  void connect();
  void onResolved(Resolved&& result);
  std::string refusal(const NetAddress& address) override { return refusal_ ? refusal_(address) : ""; }
  void connected(int socket, const NetAddress& address) override;
  void giveUp() override { closeSocket(); }
  void unreachable(const std::string& reason) override;
  void watch(int events);
  void onEvent(int events);
  void shakeHands();
  void beginSending();
  ssize_t readSome();
  ssize_t writeSome();
  void sendMore();
  void receive();
  void parse(std::string_view bytes);
  void onEndOfStream(bool orderly, const std::string& reason);
  void finish(Outcome outcome, std::string detail);
  void keepConnection();
  void closeSocket();
  int leftMs() const;

  std::shared_ptr<State> state_;
  std::uint64_t id_;
  Done done_;
  std::chrono::steady_clock::time_point end_;
  Url url_;
  std::function<std::string(const NetAddress&)> refusal_;
  TlsTrust trust_;
  std::string source_, name_;  // name_: of the connection, if it is to be kept
  int connectTimeoutMs_ = 0;
  std::unique_ptr<TlsSession> tls_;  // from the TCP connection on, with https
  std::uint64_t question_ = 0;
  Dial dial_;
  NetAddress address_;  // the one connected to
  ev_io io_{};
  int socket_ = -1;
  bool connected_ = false;  // and hands are shaken
  bool reused_ = false;     // a kept connection from which nothing has come yet
  bool again_ = false;      // it was lost: the same bytes go out once more
  std::string out_;
  std::size_t sent_ = 0;
  HttpAnswer answer_;
};

HttpClient::Exchange::Exchange(std::shared_ptr<State> state, std::uint64_t id, Done&& done)
    : state_(std::move(state)), id_(id), done_(std::move(done)), dial_(state_->loop, *this) {
  bindWatcher<EventSource::Call, &Exchange::onEvent>(io_, *this);
}

namespace {

std::string serialize(const HttpPost& request, const Url& url) {
  std::string out;
  out.reserve(512 + request.body.size());
  out.append("POST ").append(url.target).append(" HTTP/1.1\r\nHost: ").append(url.authority()).append("\r\n");
  for (const auto& [name, value] : request.headers) {
    if (sameToken(name, "Host") || sameToken(name, "Content-Length") || sameToken(name, "Connection")) continue;
    out.append(name).append(": ").append(value).append("\r\n");
  }
  out.append("Content-Length: ").append(std::to_string(request.body.size()));
  out.append(request.connection.empty() ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n");
  out.append(request.body);
  return out;
}

/// What must be equal for a kept connection to be used.
std::string placeOf(const Url& url, const std::string& source) { return url.scheme + url.authority() + source; }

}  // namespace

void HttpClient::Exchange::start(HttpPost&& request) {
  const auto url = Url::parse(request.url);
  if (!url || (url->scheme != "http" && url->scheme != "https")) {
    state_->loop.post([self = shared_from_this(), url = request.url] {
      self->finish(Outcome::ConnectFailed, "not an http:// or https:// URL: " + url);
    });
    return;
  }
  url_ = *url;
  refusal_ = std::move(request.refusal);
  trust_ = std::move(request.trust);
  source_ = request.source.empty() ? state_->options.bindAddress : std::move(request.source);
  connectTimeoutMs_ = request.connectTimeoutMs;
  HttpLimits limits;
  limits.body = request.maxBody;
  answer_ = HttpAnswer(limits);
  out_ = serialize(request, *url);
  name_ = std::move(request.connection);
  end_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(request.totalTimeoutMs);
  if (!takeKept()) connect();
}

bool HttpClient::Exchange::takeKept() {
  auto kept = name_.empty() ? std::nullopt : state_->kept.take(name_, placeOf(url_, source_));
  if (!kept) return false;
  socket_ = kept->socket;
  tls_ = std::move(kept->tls);
  reused_ = true;
  beginSending();
  return true;
}

void HttpClient::Exchange::connect() {
  state_->loop.deadlines().arm(*this, std::chrono::milliseconds(std::min(connectTimeoutMs_, leftMs())));
  // A name is asked once; what it yielded is used, address by address checked, until its time is over.
  const auto answered = [self = shared_from_this()](Resolved&& result) { self->onResolved(std::move(result)); };
  if (const auto* pinned = state_->pins.find(url_.host, std::chrono::steady_clock::now())) {
    state_->loop.post([answered, found = *pinned] { answered({found, ""}); });
  } else if (state_->options.lookUp && !NetAddress::parse(url_.host)) {
    state_->options.lookUp(url_.host, answered);
  } else {
    question_ = state_->loop.resolver().resolve(url_.host, url_.port, answered);
  }
}

int HttpClient::Exchange::leftMs() const {
  using namespace std::chrono;
  return static_cast<int>(duration_cast<milliseconds>(end_ - steady_clock::now()).count());
}

void HttpClient::Exchange::onResolved(Resolved&& result) {
  if (!done_) return;
  question_ = 0;
  for (NetAddress& address : result.addresses) address.setPort(url_.port);
  const auto now = std::chrono::steady_clock::now();
  if (!NetAddress::parse(url_.host) && !state_->pins.find(url_.host, now))
    state_->pins.keep(url_.host, result.addresses, now);
  if (result.addresses.empty()) return unreachable(result.error.empty() ? "no address" : result.error);
  dial_.start(result.addresses, source_);
}

void HttpClient::Exchange::unreachable(const std::string& reason) {
  state_->pins.forget(url_.host);
  finish(Outcome::ConnectFailed, reason);
}

void HttpClient::Exchange::watch(int events) {
  ev_io_stop(state_->loop.raw(), &io_);
  ev_io_set(&io_, socket_, events);
  ev_io_start(state_->loop.raw(), &io_);
}

void HttpClient::Exchange::onEvent(int events) {
  const auto self = shared_from_this();
  const auto proceed = [&] {
    if (!connected_) return shakeHands();
    if ((events & EV_READ) != 0) receive();
    while (done_ && tls_ && tls_->pending()) receive();
    if (done_ && (events & EV_WRITE) != 0) sendMore();
  };
  if (!state_->loop.firewall().run(EventSource::Call, url_.host, proceed)) finish(Outcome::Broken, "our mistake");
}

void HttpClient::Exchange::connected(int socket, const NetAddress& address) {
  const auto self = shared_from_this();
  socket_ = socket;
  address_ = address;
  if (!url_.secure()) return beginSending();
  std::string error;
  SSL_CTX* context = state_->tls.context(error);
  if (context == nullptr) return finish(Outcome::ConnectFailed, error);
  tls_ = std::make_unique<TlsSession>(context, socket_, url_.host, trust_);
  shakeHands();
}

void HttpClient::Exchange::shakeHands() {
  switch (tls_->handshake()) {
    case TlsSession::Step::WantRead: return watch(EV_READ);
    case TlsSession::Step::WantWrite: return watch(EV_WRITE);
    case TlsSession::Step::Done: return beginSending();
    case TlsSession::Step::Failed: break;
  }
  const std::string problem = "TLS with " + address_.host() + ": " + tls_->error();
  closeSocket();
  dial_.failed(problem);
}

/// From here on the request goes out, on this connection only (SM-11).
void HttpClient::Exchange::beginSending() {
  connected_ = true;
  dial_.settled();
  if (!reused_) state_->pins.prefer(url_.host, address_);
  state_->loop.deadlines().arm(*this, std::chrono::milliseconds(leftMs()));
  sendMore();
}

ssize_t HttpClient::Exchange::writeSome() {
  if (tls_) return tls_->write(out_.data() + sent_, out_.size() - sent_);
  return ::send(socket_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
}
ssize_t HttpClient::Exchange::readSome() {
  if (tls_) return tls_->read(state_->buffer.data(), state_->buffer.size());
  return ::recv(socket_, state_->buffer.data(), state_->buffer.size(), 0);
}

void HttpClient::Exchange::sendMore() {
  const ssize_t n = writeSome();
  if (n < 0 && errno != EAGAIN && errno != EINTR) {
    // The peer may have answered before it closed: what it sent is still to be read.
    sent_ = out_.size();
    watch(EV_READ);
    return;
  }
  sent_ += n > 0 ? static_cast<std::size_t>(n) : 0;
  if (sent_ == out_.size() && !reused_) {  // it may have to be sent once more
    std::string().swap(out_);
    sent_ = 0;
  }
  watch(sent_ == out_.size() ? EV_READ : EV_READ | EV_WRITE);
}

void HttpClient::Exchange::receive() {
  const ssize_t n = readSome();
  if (n > 0) {
    reused_ = false;
    parse({state_->buffer.data(), static_cast<std::size_t>(n)});
  } else if (n == 0) {
    onEndOfStream(true, "connection closed by the peer");
  } else if (errno != EAGAIN && errno != EINTR) {
    onEndOfStream(false, std::string("connection lost: ") + std::strerror(errno));
  }
}

void HttpClient::Exchange::parse(std::string_view bytes) {
  const auto state = answer_.add(bytes);
  if (state == HttpAnswer::State::Complete) finish(Outcome::Answered, "");
  if (state == HttpAnswer::State::Bad) finish(Outcome::Broken, answer_.problem());
}

void HttpClient::Exchange::onEndOfStream(bool orderly, const std::string& reason) {
  if (std::exchange(reused_, false)) {  // the peer was tired of waiting
    closeSocket();
    again_ = true;
    connected_ = false;
    sent_ = 0;
    return connect();
  }
  if (orderly && answer_.end() == HttpAnswer::State::Complete) return finish(Outcome::Answered, "");
  finish(Outcome::Broken, answer_.begun() ? reason + " within its answer" : reason + " without an answer");
}

void HttpClient::Exchange::onDeadline() {
  const auto self = shared_from_this();
  if (connected_) {
    finish(Outcome::Timeout, "no complete answer in time");
  } else {
    state_->pins.forget(url_.host);
    finish(Outcome::ConnectFailed, question_ != 0 ? "name resolution timed out" : "connect timed out");
  }
}

void HttpClient::Exchange::finish(Outcome outcome, std::string detail) {
  const auto self = shared_from_this();
  if (!done_) return;
  HttpResult result;
  result.outcome = again_ && outcome == Outcome::ConnectFailed ? Outcome::Broken : outcome;
  result.detail = std::move(detail);
  result.shortage = outcome == Outcome::ConnectFailed && dial_.shortage();
  if (outcome == Outcome::Answered) {
    result.response = std::move(answer_.response());
    keepConnection();
  }
  const Done done = std::exchange(done_, nullptr);
  drop();
  done(std::move(result));
}

void HttpClient::Exchange::keepConnection() {
  if (name_.empty() || !answer_.mayFollow() || sent_ != out_.size()) return;
  ev_io_stop(state_->loop.raw(), &io_);
  state_->kept.keep(name_, placeOf(url_, source_), {std::exchange(socket_, -1), std::move(tls_)});
}

void HttpClient::Exchange::drop() {
  const auto self = shared_from_this();
  done_ = nullptr;
  refusal_ = nullptr;  // may refer to the caller
  Deadlines::disarm(*this);
  if (question_ != 0) state_->loop.resolver().cancel(std::exchange(question_, 0));
  dial_.stop();
  closeSocket();
  state_->exchanges.erase(id_);
}

void HttpClient::Exchange::closeSocket() {
  tls_.reset();
  if (socket_ < 0) return;
  ev_io_stop(state_->loop.raw(), &io_);
  ::close(std::exchange(socket_, -1));
}

HttpClient::HttpClient(Loop& loop, HttpClientOptions options)
    : state_(std::make_shared<State>(loop, std::move(options))) {}

HttpClient::~HttpClient() {
  const auto exchanges = state_->exchanges;
  for (const auto& [id, exchange] : exchanges) exchange->end();
}

std::uint64_t HttpClient::post(HttpPost&& request, Done done) {
  const std::uint64_t id = ++state_->lastId;
  const auto exchange = std::make_shared<Exchange>(state_, id, std::move(done));
  state_->exchanges.emplace(id, exchange);
  exchange->start(std::move(request));
  return id;
}

void HttpClient::cancel(std::uint64_t id) {
  const auto found = state_->exchanges.find(id);
  if (found == state_->exchanges.end()) return;
  const auto exchange = found->second;
  exchange->drop();
}

std::size_t HttpClient::inFlight() const { return state_->exchanges.size(); }

std::string HttpClient::tlsProblem() {
  std::string error;
  state_->tls.context(error);
  return error;
}

}  // namespace bridge
