// SPDX-License-Identifier: GPL-2.0-or-later
// The load of the benchmark: N chargers that send a mix of SOAP messages to one URL, a bounded number of them.
//
// usage: load HOST PORT PATH VERSION CHARGERS IN_FLIGHT keep|new [billing]
// First every charger boots; then "ready {...}" is printed and each line "COUNT" on stdin sends COUNT messages and
// prints a JSON summary. `keep`: one connection per charger; `new`: one per message. At most IN_FLIGHT messages are
// unanswered; the chargers take turns. `billing`: all chargers start a transaction, then all stop it, and so on,
// instead of the mix. Each charger has a source address of its own (127.x.y.z), as real ones have. One thread, epoll,
// no library.
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
#include <deque>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace std::literals;
using Clock = std::chrono::steady_clock;

// Placeholders: {T} time, {X} transaction id. Each cycle of a charger is one charging session.
struct Step {
  std::string_view action, body15, body16;
};
constexpr std::string_view mv15 =
    "<o:connectorId>1</o:connectorId><o:transactionId>{X}</o:transactionId><o:values><o:timestamp>{T}"
    "</o:timestamp><o:value context=\"Sample.Periodic\" measurand=\"Energy.Active.Import.Register\" "
    "location=\"Outlet\" unit=\"Wh\">123456</o:value></o:values>";
constexpr std::string_view mv16 =
    "<o:connectorId>1</o:connectorId><o:transactionId>{X}</o:transactionId><o:meterValue><o:timestamp>{T}"
    "</o:timestamp><o:sampledValue><o:value>123456</o:value><o:context>Sample.Periodic</o:context>"
    "<o:measurand>Energy.Active.Import.Register</o:measurand><o:location>Outlet</o:location>"
    "<o:unit>Wh</o:unit></o:sampledValue></o:meterValue>";
constexpr std::string_view mv15x4 =
    "<o:connectorId>1</o:connectorId><o:transactionId>{X}</o:transactionId><o:values><o:timestamp>{T}"
    "</o:timestamp><o:value unit=\"Wh\">123456</o:value><o:value measurand=\"Voltage\" unit=\"Volt\">230.1"
    "</o:value><o:value measurand=\"Current.Import\" unit=\"Amp\">15.9</o:value>"
    "<o:value measurand=\"Power.Active.Import\" unit=\"W\">3658</o:value></o:values>";
constexpr std::string_view mv16x4 =
    "<o:connectorId>1</o:connectorId><o:transactionId>{X}</o:transactionId><o:meterValue><o:timestamp>{T}"
    "</o:timestamp><o:sampledValue><o:value>123456</o:value><o:unit>Wh</o:unit></o:sampledValue>"
    "<o:sampledValue><o:value>230.1</o:value><o:measurand>Voltage</o:measurand><o:unit>V</o:unit>"
    "</o:sampledValue><o:sampledValue><o:value>15.9</o:value><o:measurand>Current.Import</o:measurand>"
    "<o:unit>A</o:unit></o:sampledValue><o:sampledValue><o:value>3658</o:value>"
    "<o:measurand>Power.Active.Import</o:measurand><o:unit>W</o:unit></o:sampledValue></o:meterValue>";
constexpr std::string_view boot =
    "<o:chargePointVendor>Vendor</o:chargePointVendor><o:chargePointModel>Model 7</o:chargePointModel>"
    "<o:chargePointSerialNumber>cp-0001</o:chargePointSerialNumber><o:firmwareVersion>1.0.4</o:firmwareVersion>";
constexpr std::string_view start =
    "<o:connectorId>1</o:connectorId><o:idTag>04A1B2C3</o:idTag><o:timestamp>{T}</o:timestamp>"
    "<o:meterStart>1000</o:meterStart>";
constexpr std::string_view stop =
    "<o:transactionId>{X}</o:transactionId><o:idTag>04A1B2C3</o:idTag><o:timestamp>{T}</o:timestamp>"
    "<o:meterStop>2000</o:meterStop>";
constexpr std::string_view occupied =
    "<o:connectorId>1</o:connectorId><o:status>Occupied</o:status><o:errorCode>NoError</o:errorCode>"
    "<o:timestamp>{T}</o:timestamp>";
constexpr std::string_view charging =
    "<o:connectorId>1</o:connectorId><o:status>Charging</o:status><o:errorCode>NoError</o:errorCode>"
    "<o:timestamp>{T}</o:timestamp>";
constexpr std::string_view available =
    "<o:connectorId>1</o:connectorId><o:status>Available</o:status><o:errorCode>NoError</o:errorCode>"
    "<o:timestamp>{T}</o:timestamp>";
constexpr std::string_view tag = "<o:idTag>04A1B2C3</o:idTag>";
constexpr Step bootStep{"BootNotification", boot, boot};
constexpr Step cycle[] = {
    {"Authorize", tag, tag},
    {"StatusNotification", occupied, charging},
    {"StartTransaction", start, start},
    {"MeterValues", mv15, mv16},
    {"MeterValues", mv15, mv16},
    {"Heartbeat", "", ""},
    {"MeterValues", mv15x4, mv16x4},
    {"MeterValues", mv15, mv16},
    {"StopTransaction", stop, stop},
    {"StatusNotification", available, available},
};
constexpr Step billingCycle[] = {{"StartTransaction", start, start}, {"StopTransaction", stop, stop}};

struct Options {
  sockaddr_in target{};
  std::string host, path, version;
  std::size_t chargers = 0, inFlight = 0;
  bool keep = true, billing = false;
};

struct Charger {
  int fd = -1;
  bool starting = false;  // the message in flight is a StartTransaction: its answer has the transaction id
  bool booted = false;
  std::size_t step = 0;
  std::string transaction = "0", out, in;
  Clock::time_point sentAt;
};

struct Tally {
  std::size_t sent = 0, ok = 0, failed = 0, broken = 0;
  std::string firstFailure;
  std::vector<std::uint32_t> microseconds;
};

class Load {
 public:
  explicit Load(Options options)
      : options_(std::move(options)), chargers_(options_.chargers), epoll_(epoll_create1(0)) {
    for (std::size_t i = 0; i < chargers_.size(); ++i) idle_.push_back(i);
    for (std::size_t i = 0; i < chargers_.size() && !options_.billing; ++i)
      chargers_[i].step = i % std::size(cycle);  // chargers are not in step with each other
  }

  /// Sends `count` messages, the first one of each charger being BootNotification.
  Tally run(std::size_t count) {
    tally_ = {};
    tally_.microseconds.reserve(count);
    const std::size_t wanted = count;
    while (tally_.ok + tally_.failed + tally_.broken < wanted) {
      while (tally_.sent < wanted && inFlight_ < options_.inFlight && !idle_.empty()) {
        const std::size_t next = idle_.front();
        idle_.pop_front();
        send(next);
      }
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
    if (connect(c.fd, reinterpret_cast<sockaddr*>(&options_.target), sizeof options_.target) && errno != EINPROGRESS) {
      throw std::runtime_error("connect: "s + std::strerror(errno));
    }
    watch(EPOLL_CTL_ADD, number, EPOLLIN | EPOLLOUT);
  }

  void send(std::size_t number) {
    Charger& c = chargers_[number];
    const Step& step = !c.booted          ? bootStep
                       : options_.billing ? billingCycle[c.step++ % std::size(billingCycle)]
                                          : cycle[c.step++ % std::size(cycle)];
    c.booted = true;
    // a session begins with Authorize; before the first one there is no transaction to meter or stop
    if (c.transaction == "0" && (step.action == "MeterValues"sv || step.action == "StopTransaction"sv)) {
      idle_.push_front(number);
      return;
    }
    c.starting = step.action == "StartTransaction"sv;
    c.out = message(number, step, c.transaction);
    c.sentAt = Clock::now();
    ++tally_.sent;
    ++inFlight_;
    if (c.fd < 0) {
      connectCharger(number);  // sends when writable
    } else {
      flush(number);
    }
  }

  std::string message(std::size_t number, const Step& step, const std::string& transaction) {
    const bool is16 = options_.version == "1.6";
    std::string wrapper(step.action);
    wrapper[0] = char(wrapper[0] | 0x20);
    const std::string id = std::to_string(++messages_);
    std::string body =
        R"(<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope")"
        R"( xmlns:o=")";
    body.append(is16 ? "urn://Ocpp/Cs/2015/10/" : "urn://Ocpp/Cs/2012/06/");
    body.append(
        R"(" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header><o:chargeBoxIdentity s:mustUnderstand="true">)"
        "CP-");
    body.append(std::to_string(number))
        .append("</o:chargeBoxIdentity><a:Action s:mustUnderstand=\"true\">/")
        .append(step.action);
    body.append("</a:Action><a:MessageID>urn:uuid:6f9619ff-8b86-d011-b42d-")
        .append(std::string(12 - id.size(), '0'))
        .append(id);
    body.append(
            "</a:MessageID><a:From><a:Address>http://127.0.0.1:9/</a:Address></a:From><a:ReplyTo><a:Address>"
            "http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo><a:To>http://")
        .append(options_.host);
    body.append(options_.path).append("</a:To></s:Header><s:Body><o:").append(wrapper).append("Request>");
    appendFilled(body, is16 ? step.body16 : step.body15, transaction);
    body.append("</o:").append(wrapper).append("Request></s:Body></s:Envelope>");
    std::string head = "POST " + options_.path + " HTTP/1.1\r\nHost: " + options_.host +
                       "\r\nContent-Type: application/soap+xml; charset=utf-8; action=\"/" + std::string(step.action) +
                       "\"\r\nContent-Length: " + std::to_string(body.size()) +
                       (options_.keep ? "" : "\r\nConnection: close") + "\r\n\r\n";
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
      const auto at = c.starting ? c.in.find("transactionId>") : std::string::npos;
      if (at != std::string::npos) c.transaction = c.in.substr(at + 14, c.in.find('<', at) - at - 14);
    } else {
      fail(tally_.failed, c.in);
    }
    std::string().swap(c.in);
    --inFlight_;
    idle_.push_back(number);
    if (!options_.keep) drop(c);
  }

  void over(std::size_t number, const std::string& why) {
    Charger& c = chargers_[number];
    const bool waiting = !idleOn(c);
    drop(c);
    std::string().swap(c.in);
    if (!waiting) return;  // an idle connection was closed: the next message opens another
    fail(tally_.broken, why);
    --inFlight_;
    idle_.push_back(number);
    c.out.clear();
  }

  /// An idle charger has answered its last message; its number waits in idle_.
  bool idleOn(const Charger& c) const {
    const auto number = std::size_t(&c - chargers_.data());
    return std::find(idle_.begin(), idle_.end(), number) != idle_.end();
  }

  static void drop(Charger& c) {
    close(c.fd);
    c.fd = -1;
  }

  void fail(std::size_t& counter, const std::string& text) {
    ++counter;
    if (tally_.firstFailure.empty()) tally_.firstFailure = text.substr(0, 600);
  }

  Options options_;
  std::vector<Charger> chargers_;
  std::deque<std::size_t> idle_;
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
  if (argc < 8 || argc > 9)
    throw std::runtime_error("usage: load HOST PORT PATH VERSION CHARGERS IN_FLIGHT keep|new [billing]");
  Options options;
  options.target.sin_family = AF_INET;
  options.target.sin_port = htons(std::uint16_t(std::stoi(argv[2])));
  if (inet_pton(AF_INET, argv[1], &options.target.sin_addr) != 1)
    throw std::runtime_error("HOST must be an IPv4 address");
  options.host = argv[1] + ":"s + argv[2];
  options.path = argv[3];
  options.version = argv[4];
  options.chargers = std::stoul(argv[5]);
  options.inFlight = std::stoul(argv[6]);
  options.keep = argv[7] == "keep"sv;
  options.billing = argc == 9 && argv[8] == "billing"sv;
  Load load(options);
  std::string prefix = "ready ";
  std::size_t count = options.chargers;
  do {
    const auto begin = Clock::now();
    Tally tally = load.run(count);
    report(prefix.c_str(), std::move(tally), std::chrono::duration<double>(Clock::now() - begin).count());
    prefix.clear();
  } while (std::cin >> count);
} catch (const std::exception& e) {
  std::fprintf(stderr, "load: %s\n", e.what());
  return 1;
}
