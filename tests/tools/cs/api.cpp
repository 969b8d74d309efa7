// SPDX-License-Identifier: GPL-2.0-or-later
// Routes of the API, and what an outcome is in HTTP.
#include "tests/tools/cs/api.h"

#include <vector>

#include "bridge/random_id.h"

namespace cs {

using namespace bridge;

namespace {

HttpServerOptions serverOptions(const Options& options) {
  HttpServerOptions server;
  server.address = options.apiAddress;
  server.port = options.apiPort;
  return server;
}

HttpResponse json(int status, const Json& body) {
  HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = compact(body) + "\n";
  return response;
}

HttpResponse error(int status, const std::string& text) { return json(status, {{"error", text}}); }

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) out.push_back(percentDecoded(path.substr(0, end)));
    path.remove_prefix(end);
  }
  return out;
}

int statusOf(Outcome::Mistake mistake) {
  switch (mistake) {
    case Outcome::Mistake::None: break;
    case Outcome::Mistake::UnknownCharger:
    case Outcome::Mistake::UnknownAction: return 404;
    case Outcome::Mistake::BadPayload: return 400;
    case Outcome::Mistake::NoAddress: return 409;
  }
  return 502;
}

HttpResponse answered(const Outcome& outcome) {
  const Message& reply = outcome.reply;
  if (!outcome.sent) return error(statusOf(outcome.mistake), reply.text);
  Json body;
  switch (reply.kind) {
    case Message::Kind::Response: body["response"] = reply.payload; break;
    case Message::Kind::Fault: body["fault"] = reply.text; break;
    case Message::Kind::Request:
    case Message::Kind::Trouble: body["error"] = reply.text; break;
  }
  body["messageId"] = outcome.request.messageId;
  std::vector<std::string> notes = outcome.request.notes;
  notes.insert(notes.end(), reply.notes.begin(), reply.notes.end());
  if (!notes.empty()) body["notes"] = notes;
  const bool late = reply.text == "no answer in time";
  return json(reply.kind == Message::Kind::Response ? 200 : late ? 504 : 502, body);
}

}  // namespace

Api::Api(Loop& loop, const Options& options, Central& central)
    : central_(central),
      server_(loop, serverOptions(options),
              [this](HttpRequest&& request, const Responder& responder) { handle(std::move(request), responder); }) {}

void Api::handle(HttpRequest&& request, const Responder& responder) {
  if (request.headers.find("Origin") != nullptr) return responder.respond(error(403, "not for web pages"));
  const auto path = segments(request.path());
  const bool get = request.method == "GET";
  if (path.empty() || path[0] != "chargers" || path.size() > 3)
    return responder.respond(error(404, "there are /chargers, /chargers/ID and /chargers/ID/ACTION"));
  if (path.size() == 3 && request.method == "POST") return post(request, path[1], path[2], responder);
  if (path.size() == 3 || !get)
    return responder.respond(error(405, "GET shows chargers, POST /chargers/ID/ACTION sends"));
  if (path.size() == 1) return responder.respond(json(200, central_.book().describeAll()));
  const Json one = central_.book().describe(path[1]);
  responder.respond(one.is_null() ? error(404, "no charger '" + path[1] + "' is known") : json(200, one));
}

void Api::post(const HttpRequest& request, const std::string& id, const std::string& action,
               const Responder& responder) {
  central_.send(id, action, request.body,
                [responder](const Outcome& outcome) { responder.respond(answered(outcome)); });
}

}  // namespace cs
