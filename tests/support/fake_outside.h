// SPDX-License-Identifier: GPL-2.0-or-later
// A whole bridge in a simulated world: the real Access, Endpoint, Shard and Chargers over fake sockets, clock and, as
// wished, a disk in memory or SQLite. It can be reloaded, killed and started again; the world outlives it.
#pragma once

#include <ev.h>

#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "bridge/access.h"
#include "bridge/charger.h"
#include "bridge/endpoint.h"
#include "bridge/memory_store.h"
#include "bridge/sqlite_store.h"
#include "tests/support/fake_backend.h"
#include "tests/support/fake_loop.h"
#include "tests/support/fake_soap.h"
#include "tests/support/watched_store.h"

namespace test {

/// What a world is made of; all of it may be changed between two starts.
inline bridge::Options worldOptions() {
  bridge::Options options;
  options.centralUrl = "ws://central/ocpp";
  options.logFormat = bridge::LogFormat::Json;
  options.session.startOffline = session::StartOffline::Provisional;
  options.access.twoPlaces = 0;
  return options;
}

class FakeOutside {
 public:
  enum class Disk { None, Memory, Sqlite };
  explicit FakeOutside(Disk kind = Disk::Memory)
      : loop(ocpp::parseDateTime("2026-05-01T08:00:00Z")->at), backends(loop), chargers(loop), kind_(kind) {
    options = worldOptions();
    if (kind == Disk::Memory)
      memory =
          std::make_unique<bridge::MemoryStore>([this](std::function<void()> task) { loop.post(std::move(task)); });
  }
  ~FakeOutside() { kill(); }

  FakeLoop loop;
  FakeBackends backends;
  FakeCaller chargers;
  bridge::Options options;
  std::unique_ptr<bridge::MemoryStore> memory;  ///< The disk, of kind Memory; it outlives the process.
  std::string directory;                        ///< Of kind Sqlite: set it before start().
  std::ostringstream log;                       ///< Lines of JSON, of all processes.

  /// A process begins, with the chargers file `{...}`.
  void start(const std::string& chargersFile) {
    kill();
    if (kind_ == Disk::Sqlite) openDisk();
    bridge::Store* store = memory.get();
    if (disk_) store = watched_.get();
    bridge::ChargersFile file = bridge::parseChargers(chargersFile, "chargers");
    lines_ = std::make_unique<bridge::Log>(log, options.logFormat);
    const bridge::Outside outside{loop, loop.deadlines(), chargers, backends, store, *lines_};
    shard_ = std::make_unique<bridge::Shard>(outside, options, options.centralUrl);
    access_ = std::make_unique<bridge::Access>(options.access, options.autoRegister);
    access_->configure(file);
    endpoint_ = std::make_unique<bridge::Endpoint>(idleLoop(), *shard_, *access_, nullptr);
    shard_->setPublicUrl("http://bridge:8080/ocpp");
    shard_->configure(std::move(file));
    shard_->restore();
    loop.run();
  }
  /// SIGHUP, as bridge/main.cpp does it.
  bridge::Reloaded reload(const std::string& chargersFile) {
    bridge::ChargersFile file = bridge::parseChargers(chargersFile, "chargers");
    access_->configure(file);
    bridge::Reloaded did = shard_->configure(std::move(file));
    loop.run();
    return did;
  }
  /// Power cut: what is not on disk is lost, connections break.
  void kill() {
    endpoint_.reset();
    access_.reset();
    shard_.reset();
    if (memory) memory->crash();
    loop.idle = {};
    disk_.reset();
    watched_.reset();
    real_.reset();
    chargers.waiting.clear();
  }
  bool running() const { return shard_ != nullptr; }
  bridge::Shard& shard() { return *shard_; }
  bridge::Access& access() { return *access_; }
  bridge::Endpoint& endpoint() { return *endpoint_; }
  bridge::Store& store() { return *shard_->store(); }
  /// The charger, also a leaving one; null when it is not in memory.
  bridge::Charger* charger(const std::string& identity) {
    const auto found = shard_->chargers().find(identity);
    return found == shard_->chargers().end() ? nullptr : found->second.get();
  }

  /// How a charger sends its next requests; may be changed between them.
  struct Manner {
    ocpp::Version version = ocpp::Version::V15;
    std::string peer = "10.0.0.7";
    std::string from = "http://10.0.0.7:9000/";
    std::string path = "/ocpp";
    std::string authorization;                  ///< Value of the header, or "".
    std::vector<std::string> certificates;      ///< Names of its client certificate.
    std::string messageId;                      ///< "" = a fresh one for each.
    std::function<void(std::string&)> rewrite;  ///< Changes the bytes of the envelope.
  };
  Manner manner;

  /// A charger sends a request; what it leads to happens in the next run().
  SoapExchangePtr begin(const std::string& identity, const ocpp::Request& request) {
    auto exchange = std::make_shared<SoapExchange>(request.index(), codec_);
    exchanges_.push_back(exchange);
    bridge::HttpRequest http;
    http.method = "POST";
    http.target = manner.path;
    http.peerAddress = manner.peer;
    http.certificateNames = manner.certificates;
    http.headers.add("Content-Type", "application/soap+xml; charset=utf-8");
    if (!manner.authorization.empty()) http.headers.add("Authorization", manner.authorization);
    ocpp_s::Header header;
    header.chargeBoxIdentity = identity;
    header.messageId = manner.messageId.empty() ? "urn:uuid:" + std::to_string(++messages_) : manner.messageId;
    header.from = manner.from;
    codec_->writeRequest(http.body, ocpp_s::dialectFor(manner.version), ocpp::Role::CentralSystem, header, request);
    if (manner.rewrite) manner.rewrite(http.body);
    loop.post([this, http = std::move(http), exchange]() mutable {
      if (running()) endpoint_->handle(std::move(http), bridge::Responder(exchange, 1));
    });
    return exchange;
  }
  SoapExchangePtr send(const std::string& identity, const ocpp::Request& request) {
    auto exchange = begin(identity, request);
    loop.run();
    return exchange;
  }

  /// `http://.../health` as JSON text.
  std::string health() {
    auto exchange = std::make_shared<SoapExchange>(0, codec_);
    bridge::HttpRequest http;
    http.method = "GET";
    http.target = "/health";
    http.peerAddress = "127.0.0.1";
    endpoint_->handle(std::move(http), bridge::Responder(exchange, 1));
    if (!exchange->response) return "";
    return exchange->response->shared ? *exchange->response->shared : exchange->response->body;
  }
  bool logged(const std::string& text) const { return log.str().find(text) != std::string::npos; }

 private:
  /// Reports over few chargers need no turn of it.
  static bridge::Loop& idleLoop() {
    static bridge::Loop loop;
    return loop;
  }
  /// SQLite writes in a thread of its own: the simulated loop waits for it whenever it has nothing else to do.
  void openDisk() {
    real_ = std::make_unique<bridge::Loop>();
    bridge::SqliteStoreOptions where;
    where.directory = directory;
    where.clock = [this] { return loop.calendar(); };
    disk_ = std::make_unique<bridge::SqliteStore>(*real_, std::move(where));
    watched_ = std::make_unique<WatchedStore>(*disk_);
    loop.idle = [this] {
      ev_run(real_->raw(), EVRUN_NOWAIT);  // hands over what this turn has changed
      while (disk_->backlog() != 0 || watched_->unanswered() != 0) ev_run(real_->raw(), EVRUN_ONCE);
    };
  }

  Disk kind_;
  std::shared_ptr<ocpp_s::Codec> codec_ = std::make_shared<ocpp_s::Codec>();
  std::vector<SoapExchangePtr> exchanges_;
  std::uint64_t messages_ = 0;
  std::unique_ptr<bridge::Loop> real_;
  std::unique_ptr<bridge::SqliteStore> disk_;
  std::unique_ptr<WatchedStore> watched_;
  std::unique_ptr<bridge::Log> lines_;
  std::unique_ptr<bridge::Shard> shard_;
  std::unique_ptr<bridge::Access> access_;
  std::unique_ptr<bridge::Endpoint> endpoint_;
};

// --- messages that tests send

inline ocpp::BootNotification::Request bootRequest() {
  ocpp::BootNotification::Request boot;
  boot.chargePointVendor = "Vendor";
  boot.chargePointModel = "Model";
  return boot;
}
inline ocpp::StartTransaction::Request startAt(ocpp::Instant at, int connector = 1, const char* tag = "TAG",
                                               int meter = 1000) {
  ocpp::StartTransaction::Request start;
  start.connectorId = connector;
  start.idTag = tag;
  start.timestamp = {at, true};
  start.meterStart = meter;
  return start;
}
inline ocpp::StopTransaction::Request stopAt(ocpp::Instant at, std::int64_t transaction, int meter = 2000) {
  ocpp::StopTransaction::Request stop;
  stop.transactionId.value = transaction;
  stop.timestamp = {at, true};
  stop.meterStop = meter;
  return stop;
}
inline ocpp::StatusNotification::Request statusOf(int connector, ocpp::ChargePointStatus status) {
  ocpp::StatusNotification::Request request;
  request.connectorId = connector;
  request.status = status;
  request.errorCode = ocpp::ChargePointErrorCode::NoError;
  return request;
}

}  // namespace test
