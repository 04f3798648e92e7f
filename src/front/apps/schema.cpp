// `tenantry schema`: what editors complete and check platform files with.

#include <tenantry/model/schema.hpp>

#include "file_commands.hpp"

namespace tenantry::apps {

Exit schema(const Options& options, const SchemaOptions& own) {
    const Session session(options);
    std::string text = model::json_schema(own.tenants ? model::SchemaOf::tenantFile : model::SchemaOf::platform);
    if (options.json) {
        text.pop_back();
        JsonText json = session.begin_json("schema");
        json.key("schema").raw(text).end();
        text = std::move(json).take();
    }
    session.print(text);
    return Exit::done;
}

}  // namespace tenantry::apps
