#include "documents.hpp"

#include <boost/json.hpp>
#include <mongoc/mongoc.h>

#include "environment.hpp"

namespace lending {

namespace json = boost::json;

namespace {

// bson_t asks for an alignment, which g++ will not have in a template's argument.
class Bson {
  public:
    explicit Bson(const json::object& object) {
        const std::string text = json::serialize(object);
        bson_error_t error;
        bson_ = bson_new_from_json(reinterpret_cast<const std::uint8_t*>(text.data()),
                                   static_cast<ssize_t>(text.size()), &error);
        if (bson_ == nullptr) throw std::runtime_error(std::string("a document is no BSON: ") + error.message);
    }
    ~Bson() { bson_destroy(bson_); }
    Bson(const Bson&) = delete;
    Bson& operator=(const Bson&) = delete;
    [[nodiscard]] bson_t* get() const { return bson_; }

  private:
    bson_t* bson_ = nullptr;
};

struct Destroy {
    void operator()(mongoc_uri_t* uri) const { mongoc_uri_destroy(uri); }
    void operator()(mongoc_collection_t* collection) const { mongoc_collection_destroy(collection); }
    void operator()(mongoc_cursor_t* cursor) const { mongoc_cursor_destroy(cursor); }
    void operator()(char* text) const { bson_free(text); }
};
using Cursor = std::unique_ptr<mongoc_cursor_t, Destroy>;
using Text = std::unique_ptr<char, Destroy>;
using Uri = std::unique_ptr<mongoc_uri_t, Destroy>;
using Collection = std::unique_ptr<mongoc_collection_t, Destroy>;

// The library's state is made at the first use and lasts as long as the program.
void initialise() {
    static const bool once = [] {
        mongoc_init();
        mongoc_log_set_handler(nullptr, nullptr);  // it would log addresses; our own log tells what matters
        return true;
    }();
    static_cast<void>(once);
}

}  // namespace

void Documents::Close::operator()(_mongoc_client_t* client) const { mongoc_client_destroy(client); }

_mongoc_client_t& Documents::connected() {
    if (client_) return *client_;
    backOff_.check("documents");
    initialise();
    const Uri uri(mongoc_uri_new(text_of_file_in("DOCUMENTS_URL_FILE").c_str()));
    if (!uri) throw Away("documents: the connection string is not understood");
    mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_CONNECTTIMEOUTMS, 1500);
    mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 1500);
    mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_SOCKETTIMEOUTMS, 3000);
    client_.reset(mongoc_client_new_from_uri(uri.get()));
    if (!client_) throw Away("documents: no client can be made of the connection string");
    mongoc_client_set_error_api(client_.get(), MONGOC_ERROR_API_VERSION_2);
    return *client_;
}

void Documents::away(const std::string& why) {
    client_.reset();
    backOff_.failed();
    throw Away("documents: " + why);
}

bool Documents::keep(const std::string& collection, const std::string& id, const json::object& document) {
    if (variable("DOCUMENTS_URL_FILE").empty()) return true;
    json::object own = document;
    own["_id"] = id;
    mongoc_client_t& client = connected();
    const Collection target(
        mongoc_client_get_collection(&client, variable("DOCUMENTS_DATABASE").c_str(), collection.c_str()));
    bson_error_t error;
    if (mongoc_collection_insert_one(target.get(), Bson(own).get(), nullptr, nullptr, &error))
        return backOff_.worked(), true;
    if (error.code != MONGOC_ERROR_DUPLICATE_KEY) away(error.message);

    const Cursor found(mongoc_collection_find_with_opts(target.get(), Bson({{"_id", id}}).get(), nullptr, nullptr));
    const bson_t* kept = nullptr;
    if (!mongoc_cursor_next(found.get(), &kept))
        away(mongoc_cursor_error(found.get(), &error) ? error.message : "one that is kept is not found");
    backOff_.worked();
    const Text text(bson_as_relaxed_extended_json(kept, nullptr));
    return json::parse(text.get()) == json::value(own);
}

}  // namespace lending
