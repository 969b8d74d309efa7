// SPDX-License-Identifier: GPL-2.0-or-later
// A WebSocket back-end for the benchmark: answers every OCPP 1.6-J CALL with a canned CALLRESULT, as cheaply as
// possible.
//
// usage: ws_backend [INTERVAL]   prints "listening ws://127.0.0.1:PORT/ocpp"; INTERVAL is what BootNotification hands
// out (s). On stdin "stats" prints {"connections":..,"calls":..}; the end of stdin ends it. One thread, epoll, no
// library but OpenSSL's SHA-1.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

using namespace std::literals;

struct Connection {
  bool open = false;    // the upgrade is done
  std::string in, out;  // bytes not understood yet, bytes the kernel did not take yet
  std::string message;  // fragments of an unfinished message
};

std::string acceptKey(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
  unsigned char encoded[64];
  return {reinterpret_cast<char*>(encoded), static_cast<std::size_t>(EVP_EncodeBlock(encoded, digest, int(size)))};
}

/// The value of a header, found without regard to case; empty when absent.
std::string_view header(std::string_view head, std::string_view name) {
  const auto equal = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
  const auto at = std::search(head.begin(), head.end(), name.begin(), name.end(), equal);
  if (at == head.end()) return {};
  auto rest = head.substr(std::size_t(at - head.begin()) + name.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest.substr(0, rest.find('\r'));
}

class Backend {
 public:
  explicit Backend(int interval) : interval_(interval), epoll_(epoll_create1(0)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) || listen(listener_, 4096))
      throw std::runtime_error("listen");
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
    watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN);
    std::printf("listening ws://127.0.0.1:%d/ocpp\n", ntohs(address.sin_port));
    std::fflush(stdout);
  }

  void run() {
    epoll_event events[256];
    while (!stop_) {
      const int count = epoll_wait(epoll_, events, 256, -1);
      now_ = std::time(nullptr);
      for (int i = 0; i < count; ++i) handle(events[i].data.fd, events[i].events);
    }
  }

 private:
  void watch(int operation, int fd, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.fd = fd;
    epoll_ctl(epoll_, operation, fd, &event);
  }

  void handle(int fd, std::uint32_t what) {
    if (fd == STDIN_FILENO) return command();
    if (fd == listener_) return accept();
    const auto found = connections_.find(fd);
    if (found == connections_.end()) return;
    if (what & EPOLLOUT) flush(fd, found->second);
    if ((what & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !receive(fd, found->second)) {
      close(fd);
      connections_.erase(found);
    }
  }

  void command() {
    char text[256];
    const ssize_t size = read(STDIN_FILENO, text, sizeof text);
    if (size <= 0) {
      stop_ = true;
      return;
    }
    std::printf("{\"connections\":%zu,\"calls\":%llu}\n", connections_.size(), calls_);
    std::fflush(stdout);
  }

  void accept() {
    for (int fd; (fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      connections_[fd];
      watch(EPOLL_CTL_ADD, fd, EPOLLIN);
    }
  }

  /// False when the connection is over.
  bool receive(int fd, Connection& c) {
    char buffer[16384];
    const ssize_t size = read(fd, buffer, sizeof buffer);
    if (size < 0) return errno == EAGAIN;
    if (size == 0) return false;
    c.in.append(buffer, std::size_t(size));
    if (!c.open && !upgrade(c)) return true;
    bool alive = true;
    while (alive && frame(c, alive)) continue;
    flush(fd, c);
    return alive;
  }

  bool upgrade(Connection& c) {
    const auto end = c.in.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::string_view head(c.in.data(), end + 2);
    c.out +=
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: "
        "ocpp1.6\r\n"
        "Sec-WebSocket-Accept: " +
        acceptKey(header(head, "Sec-WebSocket-Key:")) + "\r\n\r\n";
    c.in.erase(0, end + 4);
    c.open = true;
    return true;
  }

  /// Takes one frame off the input; false when it is not complete yet. RFC 6455 section 5.2.
  bool frame(Connection& c, bool& alive) {
    auto* bytes = reinterpret_cast<unsigned char*>(c.in.data());
    std::size_t have = c.in.size(), at = 2, length = have < 2 ? 0 : bytes[1] & 0x7f;
    if (have < 2) return false;
    if (length == 126) {
      if (have < 4) return false;
      length = std::size_t(bytes[2]) << 8 | bytes[3];
      at = 4;
    } else if (length == 127) {
      throw std::runtime_error("frame too long");
    }
    const bool masked = bytes[1] & 0x80;
    const unsigned char* mask = bytes + at;
    if (masked) at += 4;
    if (have < at + length) return false;
    if (masked) {
      for (std::size_t i = 0; i < length; ++i) bytes[at + i] ^= mask[i & 3];
    }
    const std::string_view payload(c.in.data() + at, length);
    const int opcode = bytes[0] & 0x0f;
    if (opcode <= 1) {
      c.message += payload;
      if (bytes[0] & 0x80) {
        answer(c, c.message);
        c.message.clear();
      }
    } else if (opcode == 9) {
      write(c, 10, payload);
    } else if (opcode == 8) {
      write(c, 8, payload);
      alive = false;
    }
    c.in.erase(0, at + length);
    if (c.in.empty() && c.in.capacity() > 1024) c.in.shrink_to_fit();
    return true;
  }

  void write(Connection& c, int opcode, std::string_view payload) {
    c.out += char(0x80 | opcode);
    if (payload.size() < 126) {
      c.out += char(payload.size());
    } else {
      c.out += char(126);
      c.out += char(payload.size() >> 8);
      c.out += char(payload.size());
    }
    c.out += payload;
  }

  /// `[2,"id","Action",...` -> `[3,"id",canned]`; anything else is no CALL and gets nothing.
  void answer(Connection& c, std::string_view message) {
    std::string_view part[2];
    std::size_t at = message.find_first_not_of(" [");
    if (at == message.npos || message[at] != '2') return;
    for (auto& text : part) {
      const auto begin = message.find('"', at), end = message.find('"', begin + 1);
      if (end == message.npos) return;
      text = message.substr(begin + 1, end - begin - 1);
      at = end + 1;
    }
    ++calls_;
    std::string reply = "[3,\"";
    reply.append(part[0]).append("\",").append(result(part[1])).append("]");
    write(c, 1, reply);
  }

  std::string result(std::string_view action) {
    if (action == "Authorize"sv || action == "StopTransaction"sv) return R"({"idTagInfo":{"status":"Accepted"}})";
    if (action == "StartTransaction"sv) {
      return R"({"transactionId":)" + std::to_string(++transaction_) + R"(,"idTagInfo":{"status":"Accepted"}})";
    }
    if (action == "Heartbeat"sv) return R"({"currentTime":")" + clock() + R"("})";
    if (action == "BootNotification"sv) {
      return R"({"status":"Accepted","currentTime":")" + clock() + R"(","interval":)" + std::to_string(interval_) + "}";
    }
    return "{}";
  }

  std::string clock() const {
    char text[32];
    std::tm parts{};
    gmtime_r(&now_, &parts);
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
  }

  void flush(int fd, Connection& c) {
    if (c.out.empty()) return;
    const ssize_t sent = ::write(fd, c.out.data(), c.out.size());
    if (sent > 0) c.out.erase(0, std::size_t(sent));
    watch(EPOLL_CTL_MOD, fd, c.out.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
    if (c.out.empty()) std::string().swap(c.out);
  }

  int interval_, epoll_, listener_ = -1, transaction_ = 0;
  bool stop_ = false;
  unsigned long long calls_ = 0;
  std::time_t now_ = 0;
  std::unordered_map<int, Connection> connections_;
};

}  // namespace

int main(int argc, char** argv) { Backend(argc > 1 ? std::stoi(argv[1]) : 300).run(); }
