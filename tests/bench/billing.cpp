// SPDX-License-Identifier: GPL-2.0-or-later
// The load of the durability benchmark: N chargers that all start a transaction at once, then all stop it, and so on.
//
// usage: billing PORT CHARGERS
// First every charger boots; then "ready {...}" is printed, and each empty line on stdin makes every charger send its
// next message and prints a JSON summary. A fleet of ocpp-soap-cp, which the other benchmarks use, does not do the same
// thing everywhere at once: a real charge point has other things to say around a transaction. Each charger has one
// connection and a source address of its own (127.x.y.z). One thread, epoll, no library.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace std::literals;
using Clock = std::chrono::steady_clock;

// Placeholders: {T} time, {X} transaction id.
struct Step {
  std::string_view action, body;
};
constexpr Step boot{"BootNotification",
                    "<o:chargePointVendor>Vendor</o:chargePointVendor><o:chargePointModel>Model 7</o:chargePointModel>"
                    "<o:chargePointSerialNumber>cp-0001</o:chargePointSerialNumber><o:firmwareVersion>1.0.4"
                    "</o:firmwareVersion>"};
constexpr Step start{"StartTransaction",
                     "<o:connectorId>1</o:connectorId><o:idTag>04A1B2C3</o:idTag><o:timestamp>{T}</o:timestamp>"
                     "<o:meterStart>1000</o:meterStart>"};
constexpr Step stop{"StopTransaction",
                    "<o:transactionId>{X}</o:transactionId><o:idTag>04A1B2C3</o:idTag><o:timestamp>{T}</o:timestamp>"
                    "<o:meterStop>2000</o:meterStop>"};

struct Charger {
  int fd = -1;
  const Step* sent = nullptr;
  bool waits = false;  // for an answer
  std::string transaction = "0", out, in;
  Clock::time_point sentAt;
};

struct Tally {
  std::size_t ok = 0, failed = 0, broken = 0;
  std::string firstFailure;
  std::vector<std::uint32_t> microseconds;
};

class Load {
 public:
  Load(std::uint16_t port, std::size_t chargers) : chargers_(chargers), epoll_(epoll_create1(0)) {
    target_.sin_family = AF_INET;
    target_.sin_port = htons(port);
    target_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    host_ = "127.0.0.1:" + std::to_string(port);
  }

  /// Every charger sends its next message, the first one being BootNotification.
  Tally run() {
    tally_ = {};
    tally_.microseconds.reserve(chargers_.size());
    for (std::size_t i = 0; i < chargers_.size(); ++i) send(i);
    while (inFlight_ > 0) {
      epoll_event events[256];
      const int ready = epoll_wait(epoll_, events, 256, 30000);
      if (ready == 0) throw std::runtime_error("no answer for 30 s; " + std::to_string(tally_.ok) + " answered");
      for (int i = 0; i < ready; ++i) handle(events[i].data.u64, events[i].events);
    }
    return std::move(tally_);
  }

 private:
  void watch(int operation, std::size_t number, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.u64 = number;
    epoll_ctl(epoll_, operation, chargers_[number].fd, &event);
  }

  void connectCharger(std::size_t number) {
    Charger& c = chargers_[number];
    c.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c.fd < 0) throw std::runtime_error("socket: "s + std::strerror(errno));
    const int on = 1;
    setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(c.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(0x7f010001u + std::uint32_t(number / 250 * 256 + number % 250));
    if (bind(c.fd, reinterpret_cast<sockaddr*>(&source), sizeof source))
      throw std::runtime_error("bind: "s + std::strerror(errno));
    if (connect(c.fd, reinterpret_cast<sockaddr*>(&target_), sizeof target_) && errno != EINPROGRESS) {
      throw std::runtime_error("connect: "s + std::strerror(errno));
    }
    watch(EPOLL_CTL_ADD, number, EPOLLIN | EPOLLOUT);
  }

  void send(std::size_t number) {
    Charger& c = chargers_[number];
    c.sent = c.sent == nullptr ? &boot : c.sent == &start ? &stop : &start;
    c.out = message(number, *c.sent, c.transaction);
    c.sentAt = Clock::now();
    c.waits = true;
    ++inFlight_;
    if (c.fd < 0) {
      connectCharger(number);  // sends when writable
    } else {
      flush(number);
    }
  }

  std::string message(std::size_t number, const Step& step, const std::string& transaction) {
    std::string wrapper(step.action);
    wrapper[0] = char(wrapper[0] | 0x20);
    const std::string id = std::to_string(++messages_);
    std::string body =
        R"(<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope")"
        R"( xmlns:o="urn://Ocpp/Cs/2015/10/" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>)"
        R"(<o:chargeBoxIdentity s:mustUnderstand="true">CP-)";
    body.append(std::to_string(number))
        .append("</o:chargeBoxIdentity><a:Action s:mustUnderstand=\"true\">/")
        .append(step.action);
    body.append("</a:Action><a:MessageID>urn:uuid:6f9619ff-8b86-d011-b42d-")
        .append(std::string(12 - id.size(), '0'))
        .append(id);
    body.append(
            "</a:MessageID><a:From><a:Address>http://127.0.0.1:9/</a:Address></a:From><a:ReplyTo><a:Address>"
            "http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo><a:To>http://")
        .append(host_);
    body.append("/ocpp</a:To></s:Header><s:Body><o:").append(wrapper).append("Request>");
    appendFilled(body, step.body, transaction);
    body.append("</o:").append(wrapper).append("Request></s:Body></s:Envelope>");
    std::string head = "POST /ocpp HTTP/1.1\r\nHost: " + host_ +
                       "\r\nContent-Type: application/soap+xml; charset=utf-8; action=\"/" + std::string(step.action) +
                       "\"\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    return head + body;
  }

  void appendFilled(std::string& to, std::string_view body, const std::string& transaction) {
    for (std::size_t at; (at = body.find('{')) != body.npos; body.remove_prefix(at + 3)) {
      to.append(body.substr(0, at)).append(body[at + 1] == 'X' ? transaction : time());
    }
    to.append(body);
  }

  /// A second that no other message has: repeated times would make a StartTransaction look like a repetition.
  std::string time() {
    const std::time_t second = 1714557600 + std::time_t(messages_);
    std::tm parts{};
    gmtime_r(&second, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
  }

  void flush(std::size_t number) {
    Charger& c = chargers_[number];
    const ssize_t sent = write(c.fd, c.out.data(), c.out.size());
    if (sent < 0 && errno != EAGAIN) return over(number, "write: "s + std::strerror(errno));
    if (sent > 0) c.out.erase(0, std::size_t(sent));
    watch(EPOLL_CTL_MOD, number, c.out.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
  }

  void handle(std::size_t number, std::uint32_t what) {
    Charger& c = chargers_[number];
    if (c.fd < 0) return;
    if (what & EPOLLOUT) flush(number);
    if (c.fd < 0 || !(what & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
    char buffer[8192];
    const ssize_t size = read(c.fd, buffer, sizeof buffer);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return over(number, size ? "read: "s + std::strerror(errno) : "closed without an answer: " + c.in);
    c.in.append(buffer, std::size_t(size));
    if (complete(c.in)) finish(number);
  }

  static bool complete(const std::string& in) {
    const auto head = in.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    std::string lower = in.substr(0, head);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    const auto length = lower.find("content-length:");
    if (length != std::string::npos)
      return in.size() >= head + 4 + std::strtoul(lower.c_str() + length + 15, nullptr, 10);
    return in.size() >= 5 && in.compare(in.size() - 5, 5, "0\r\n\r\n") == 0;  // chunked
  }

  void finish(std::size_t number) {
    Charger& c = chargers_[number];
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - c.sentAt).count();
    if (c.in.compare(8, 5, " 200 ") == 0) {
      ++tally_.ok;
      tally_.microseconds.push_back(std::uint32_t(took));
      const auto at = c.sent == &start ? c.in.find("transactionId>") : std::string::npos;
      if (at != std::string::npos) c.transaction = c.in.substr(at + 14, c.in.find('<', at) - at - 14);
    } else {
      fail(tally_.failed, c.in);
    }
    std::string().swap(c.in);
    c.waits = false;
    --inFlight_;
  }

  void over(std::size_t number, const std::string& why) {
    Charger& c = chargers_[number];
    drop(c);
    std::string().swap(c.in);
    c.out.clear();
    if (!std::exchange(c.waits, false)) return;  // the next message opens another
    fail(tally_.broken, why);
    --inFlight_;
  }

  static void drop(Charger& c) {
    close(c.fd);
    c.fd = -1;
  }

  void fail(std::size_t& counter, const std::string& text) {
    ++counter;
    if (tally_.firstFailure.empty()) tally_.firstFailure = text.substr(0, 600);
  }

  sockaddr_in target_{};
  std::string host_;
  std::vector<Charger> chargers_;
  int epoll_;
  std::size_t inFlight_ = 0, messages_ = 0;
  Tally tally_;
};

void report(const char* what, Tally tally, double seconds) {
  auto& all = tally.microseconds;
  std::sort(all.begin(), all.end());
  const auto percentile = [&](double p) { return all.empty() ? 0u : all[std::size_t(p * double(all.size() - 1))]; };
  std::printf("%s{\"ok\":%zu,\"failed\":%zu,\"broken\":%zu,\"seconds\":%.3f,\"p50us\":%u,\"p99us\":%u}\n", what,
              tally.ok, tally.failed, tally.broken, seconds, percentile(0.5), percentile(0.99));
  std::fflush(stdout);
  if (!tally.firstFailure.empty()) std::fprintf(stderr, "first failure: %s\n", tally.firstFailure.c_str());
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("usage: billing PORT CHARGERS");
  Load load(std::uint16_t(std::stoi(argv[1])), std::stoul(argv[2]));
  std::string prefix = "ready ", line;
  do {
    const auto begin = Clock::now();
    Tally tally = load.run();
    report(prefix.c_str(), std::move(tally), std::chrono::duration<double>(Clock::now() - begin).count());
    prefix.clear();
  } while (std::getline(std::cin, line));
} catch (const std::exception& e) {
  std::fprintf(stderr, "billing: %s\n", e.what());
  return 1;
}
