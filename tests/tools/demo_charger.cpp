// SPDX-License-Identifier: GPL-2.0-or-later
// The demo's other half: a scripted OCPP 1.5 charger over real SOAP and HTTP, and the two requests that demo.sh makes.
//   demo_charger run URL IDENTITY       one charging session; ends when the back-end has stopped it
//   demo_charger post URL JSON          sends JSON, prints the answer
//   demo_charger summary URL            prints the embedded back-end's transactions
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bridge/http_client.h"
#include "bridge/http_server.h"
#include "bridge/log.h"
#include "bridge/random_id.h"
#include "ocpp_s/envelope.h"

namespace {

using namespace bridge;
using namespace ocpp;

constexpr int failed = 1;

/// One POST, then the loop ends.
int post(const std::string& url, const std::string& body, const std::function<int(const HttpResponse&)>& then) {
  Loop loop;
  HttpClient client(loop);
  int status = failed;
  HttpPost request;
  request.url = url;
  request.headers.add("Content-Type", "application/json");
  request.body = body;
  client.post(std::move(request), [&](HttpResult&& result) {
    if (result.outcome == HttpResult::Outcome::Answered)
      status = then(result.response);
    else
      std::cerr << url << ": " << result.detail << "\n";
    loop.stop();
  });
  loop.run();
  return status;
}

int printSummary(const HttpResponse& response) {
  const auto report = nlohmann::json::parse(response.body, nullptr, false);
  if (!report.is_object()) return failed;
  std::cout << "\nsummary: the back-end received " << report["calls"] << " OCPP-J CALLs\n";
  int stopped = 0;
  for (const auto& t : report["transactions"]) {
    std::cout << "  transaction " << t["transactionId"] << " of " << t["identity"].get<std::string>() << ", connector "
              << t["connectorId"] << ", idTag " << t["idTag"].get<std::string>() << ": "
              << t["start"].get<std::string>() << " to " << t.value("stop", "?") << ", "
              << t.value("meterStop", 0) - t["meterStart"].get<int>() << " Wh, " << t["meterValues"]
              << " meter readings, stopped by " << t.value("reason", "?") << "\n";
    stopped += t.contains("stop");
  }
  return stopped > 0 ? 0 : failed;
}

/// The charger: a script of requests, and an HTTP server for what the back-end wants.
class DemoCharger {
 public:
  DemoCharger(std::string url, std::string identity)
      : url_(std::move(url)),
        identity_(std::move(identity)),
        client_(loop_),
        watchdog_(loop_),
        server_(loop_, {}, [this](HttpRequest&& request, Responder responder) { onRequest(request, responder); }) {}

  int run() {
    watchdog_.start(std::chrono::seconds(60), [this] {
      std::cerr << "demo charger: nothing happened for too long\n";
      loop_.stop();
    });
    nextStep();
    loop_.run();
    return result_;
  }

 private:
  using Step = std::function<Request()>;

  DateTime now() const { return {wallClock(), true}; }

  Request status(ChargePointStatus status) const {
    StatusNotification::Request r;
    r.connectorId = 1;
    r.status = status;
    r.errorCode = ChargePointErrorCode::NoError;
    r.timestamp = now();
    return r;
  }

  MeterValue reading(int wattHours) const {
    SampledValue energy;
    energy.value = std::to_string(wattHours);
    energy.unit = UnitOfMeasure::Wh;
    SampledValue current;
    current.value = "15.8";
    current.measurand = Measurand::CurrentImport;
    current.unit = UnitOfMeasure::A;
    return {now(), {energy, current}};
  }

  Request meterValues(int wattHours) const {
    return MeterValues::Request{1, TransactionId{transaction_}, {reading(wattHours)}};
  }

  Request boot() const {
    BootNotification::Request r;
    r.chargePointVendor = "Demo";
    r.chargePointModel = "Wallbox 1.5";
    r.firmwareVersion = Text<50>("2.4.1");
    return r;
  }

  /// What is sent, one after the other; after the meter values the charger waits to be stopped.
  std::vector<Step> script() {
    return {
        [this] { return boot(); },
        [this] { return status(ChargePointStatus::Available); },
        [] { return Request(Authorize::Request{"04A1B2C3"}); },
        [this] { return status(ChargePointStatus::Occupied); },
        [this] {
          return Request(StartTransaction::Request{1, "04A1B2C3", now(), 1200, {}});
        },
        [this] { return meterValues(1530); },
        [this] { return meterValues(2210); },
    };
  }
  std::vector<Step> afterStop() {
    return {
        [this] {
          StopTransaction::Request r;
          r.transactionId.value = transaction_;
          r.timestamp = now();
          r.meterStop = 2540;
          r.transactionData = {reading(2540)};
          return Request(r);
        },
        [this] { return status(ChargePointStatus::Available); },
    };
  }

  void nextStep() {
    if (step_ == steps_.size()) {
      if (stopping_) {
        result_ = 0;
        return loop_.stop();
      }
      std::cout << "transaction " << transaction_ << " waits for RemoteStopTransaction" << std::endl;
      return;
    }
    const Request request = steps_[step_++]();
    ocpp_s::Header header;
    header.chargeBoxIdentity = identity_;
    header.messageId = "urn:uuid:" + newUuid();
    header.from = "http://127.0.0.1:" + std::to_string(server_.port()) + "/";
    header.to = url_;
    const ocpp_s::Dialect& dialect = ocpp_s::dialectFor(Version::V15);
    HttpPost post;
    post.url = url_;
    post.headers.add("Content-Type", ocpp_s::requestContentType(dialect, "/" + std::string(actionName(request))));
    codec_.writeRequest(post.body, dialect, Role::CentralSystem, header, request);
    client_.post(std::move(post), [this, action = request.index()](HttpResult&& result) { onAnswer(action, result); });
  }

  void onAnswer(std::size_t action, const HttpResult& result) {
    auto reply = codec_.readReply(result.response.body, action);
    if (const auto* fault = std::get_if<Fault>(&reply.outcome)) {
      std::cerr << "demo charger: " << Actions::names[action] << ": " << fault->description << "\n";
      return loop_.stop();
    }
    if (const auto* started = std::get_if<StartTransaction::Response>(&std::get<Response>(reply.outcome)))
      transaction_ = started->transactionId.value;
    nextStep();
  }

  void onRequest(const HttpRequest& request, const Responder& responder) {
    auto read = codec_.readRequest(request.body, Role::ChargePoint);
    const auto* message = std::get_if<ocpp_s::RequestMessage>(&read);
    const auto* stop = message ? std::get_if<RemoteStopTransaction::Request>(&message->request) : nullptr;
    const ocpp_s::Dialect& dialect = ocpp_s::dialectFor(Version::V15);
    const bool mine = stop && stop->transactionId.value == transaction_;
    ocpp_s::Header header;
    if (message) header.relatesTo = message->header.messageId;
    header.messageId = "urn:uuid:" + newUuid();
    HttpResponse response;
    response.headers.add("Content-Type", ocpp_s::replyContentType(dialect));
    const RemoteStopTransaction::Response answer{mine ? RemoteStartStopStatus::Accepted
                                                      : RemoteStartStopStatus::Rejected};
    codec_.writeReply(response.body, dialect, Role::ChargePoint, header, answer);
    responder.respond(std::move(response));
    if (!mine || stopping_) return;
    stopping_ = true;
    steps_ = afterStop();
    step_ = 0;
    pause_.start(std::chrono::milliseconds(100), [this] { nextStep(); });
  }

  std::string url_, identity_;
  Loop loop_;
  ocpp_s::Codec codec_;
  HttpClient client_;
  Timer watchdog_, pause_{loop_};
  std::vector<Step> steps_ = script();
  std::size_t step_ = 0;
  std::int64_t transaction_ = 0;
  bool stopping_ = false;
  int result_ = failed;
  HttpServer server_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "run" && argc == 4) return DemoCharger(argv[2], argv[3]).run();
  if (what == "post" && argc == 4) {
    return post(argv[2], argv[3], [](const HttpResponse& response) {
      std::cout << response.body;
      return response.status == 200 ? 0 : failed;
    });
  }
  if (what == "summary" && argc == 3) return post(argv[2], "", printSummary);
  std::cerr << "usage: demo_charger run URL IDENTITY | post URL JSON | summary URL\n";
  return 2;
}
