// SPDX-License-Identifier: GPL-2.0-or-later
// Abusive connections beside the benchmark's load: slow headers, slow bodies, garbage, bombs, envelopes of strangers,
// floods of requests for the contract, and envelopes with as many elements as are read.
//
// usage: abuse HOST PORT CONNECTIONS PER_SECOND
// Keeps CONNECTIONS connections busy, a seventh of them with each kind of abuse; PER_SECOND acts each (slow ones send a
// byte per act). Prints "ready" when all are connected, and when stdin ends what it did as JSON. One thread, epoll.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::literals;
using Clock = std::chrono::steady_clock;

enum Kind { SlowHeader, SlowBody, Garbage, Bomb, Stranger, Contracts, Elements, kinds };

std::string post(const std::string& body, const std::string& more = "") {
  return "POST /ocpp HTTP/1.1\r\nHost: x\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

std::string gzipBomb() {
  const std::string text(20'000'000, ' ');
  std::string packed(compressBound(text.size()), '\0');
  uLongf size = packed.size();
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size(),
            9);
  packed.resize(size);
  return post(packed, "Content-Encoding: deflate\r\n");
}

std::string attributeBomb() {
  std::string text = "<a";
  for (int i = 0; i < 50000; ++i) text += " b" + std::to_string(i) + "=''";
  return post(text + "/>");
}

std::string envelope(const std::string& identity, const std::string& body) {
  return post(
      "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:o=\"urn://Ocpp/Cs/2015/10/\"><s:Header>"
      "<o:chargeBoxIdentity>" +
      identity + "</o:chargeBoxIdentity></s:Header><s:Body>" + body + "</s:Body></s:Envelope>");
}

std::string stranger() { return envelope(std::string(300, 'x'), "<o:heartbeatRequest/>"); }

std::string contracts() {
  std::string all;
  for (int i = 0; i < 100; ++i) all += "GET /ocpp?wsdl HTTP/1.1\r\nHost: x\r\n\r\n";
  return all;
}

/// Nothing that the first reader takes, so that the second one reads it as well.
std::string manyElements() {
  std::string unknown;
  for (int i = 0; i < 16000; ++i) unknown += "<u:a" + std::to_string(i) + "/>";
  return envelope("nobody", "<o:HEARTBEATREQUEST>" + unknown + "</o:HEARTBEATREQUEST>");
}

struct Connection {
  int fd = -1;
  std::size_t sent = 0;
  std::string out;  // what is still to be sent of the current act
  Clock::time_point next;
};

class Abuse {
 public:
  Abuse(const sockaddr_in& target, std::size_t count, int perSecond)
      : target_(target), pause_(1'000'000 / perSecond), connections_(count), epoll_(epoll_create1(0)) {
    std::minstd_rand random(1);
    for (std::string& each : garbage_) {
      each.resize(2000);
      for (char& c : each) c = char(random());
      each += "\r\n\r\n";
    }
    for (std::size_t i = 0; i < count; ++i)
      connections_[i].next = Clock::now() + pause_ * long(i) / long(count);  // not all at once
  }

  void run() {
    epoll_event input{};
    input.events = EPOLLIN;
    input.data.u64 = connections_.size();
    epoll_ctl(epoll_, EPOLL_CTL_ADD, 0, &input);
    const auto readyAt = Clock::now() + 2s;
    bool told = false;
    for (;;) {
      std::array<epoll_event, 256> events;
      const int ready = epoll_wait(epoll_, events.data(), int(events.size()), 5);
      for (int i = 0; i < ready; ++i) {
        if (events[i].data.u64 == connections_.size()) return;
        receive(connections_[events[i].data.u64]);
      }
      const auto now = Clock::now();
      for (std::size_t i = 0; i < connections_.size(); ++i)
        if (connections_[i].next <= now) act(i, now);
      if (!told && now >= readyAt) {
        told = true;
        std::printf("ready\n");
        std::fflush(stdout);
      }
    }
  }

  void report() const {
    std::printf("{\"acts\":%zu,\"connections\":%zu,\"answers\":%zu,\"closed\":%zu,\"megabytes\":%.0f}\n", acts_,
                opened_, answers_, closed_, double(bytes_) / 1e6);
  }

 private:
  void open(std::size_t number) {
    Connection& c = connections_[number];
    c.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c.fd < 0) throw std::runtime_error("socket: "s + std::strerror(errno));
    if (connect(c.fd, reinterpret_cast<const sockaddr*>(&target_), sizeof target_) != 0 && errno != EINPROGRESS)
      return drop(c);
    ++opened_;
    c.sent = 0;
    c.out.clear();
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = number;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd, &event);
  }

  void act(std::size_t number, Clock::time_point now) {
    Connection& c = connections_[number];
    c.next = now + pause_;
    if (c.fd < 0) return open(number);
    if (c.out.empty()) {
      ++acts_;
      c.out = nextPiece(Kind(number % kinds), number, c.sent++);
    }
    const ssize_t sent = send(c.fd, c.out.data(), c.out.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != ENOTCONN) return drop(c);
    if (sent > 0) {
      bytes_ += std::size_t(sent);
      c.out.erase(0, std::size_t(sent));
    }
    if (!c.out.empty()) c.next = now + 5ms;
  }

  std::string nextPiece(Kind kind, std::size_t number, std::size_t step) const {
    static const std::string start = "POST /ocpp HTTP/1.1\r\nContent-Length: 5000\r\n";
    switch (kind) {
      case SlowHeader: return step < start.size() ? start.substr(step, 1) : "x";
      case SlowBody: return step == 0 ? start + "\r\n" : "<";
      case Garbage: return garbage_[number % garbage_.size()];
      case Bomb: return number % 2 == 0 ? gzipBomb_ : attributeBomb_;
      case Contracts: return contracts_;
      case Elements: return elements_;
      default: return stranger_;
    }
  }

  void receive(Connection& c) {
    if (c.fd < 0) return;
    char buffer[16384];
    const ssize_t size = recv(c.fd, buffer, sizeof buffer, 0);
    if (size > 0) {
      for (std::string_view text(buffer, std::size_t(size)); (text = after(text, "HTTP/1.1 ")).data() != nullptr;)
        ++answers_;
      return;
    }
    if (size < 0 && errno == EAGAIN) return;
    ++closed_;
    drop(c);
  }

  static std::string_view after(std::string_view text, std::string_view what) {
    const auto at = text.find(what);
    return at == text.npos ? std::string_view() : text.substr(at + what.size());
  }

  static void drop(Connection& c) {
    if (c.fd >= 0) close(c.fd);
    c.fd = -1;
  }

  sockaddr_in target_;
  std::chrono::microseconds pause_;
  std::vector<Connection> connections_;
  int epoll_;
  std::array<std::string, 16> garbage_;
  const std::string gzipBomb_ = gzipBomb(), attributeBomb_ = attributeBomb(), stranger_ = stranger();
  const std::string contracts_ = contracts(), elements_ = manyElements();
  std::size_t acts_ = 0, opened_ = 0, answers_ = 0, closed_ = 0, bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) throw std::runtime_error("usage: abuse HOST PORT CONNECTIONS PER_SECOND");
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_port = htons(std::uint16_t(std::stoi(argv[2])));
  if (inet_pton(AF_INET, argv[1], &target.sin_addr) != 1) throw std::runtime_error("HOST must be an IPv4 address");
  Abuse abuse(target, std::stoul(argv[3]), std::stoi(argv[4]));
  abuse.run();
  abuse.report();
} catch (const std::exception& e) {
  std::fprintf(stderr, "abuse: %s\n", e.what());
  return 1;
}
