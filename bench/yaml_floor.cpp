// The floor under everything that reads YAML with libyaml: opens the files named, reads them and asks for every event.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include <yaml.h>

namespace {

// Number of events; 0 where the text is no YAML.
unsigned long count_events(const std::string& text) {
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0) return 0;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libyaml's bytes are unsigned
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    unsigned long count = 0;
    bool more = true;
    while (more) {
        yaml_event_t event;
        if (yaml_parser_parse(&parser, &event) == 0) {
            count = 0;
            break;
        }
        ++count;
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return count;
}

}  // namespace

int main(int argc, char** argv) {
    unsigned long events = 0;
    for (int i = 1; i < argc; ++i) {
        std::ifstream file(argv[i], std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const unsigned long here = count_events(text);
        if (here == 0) {
            std::fprintf(stderr, "%s: no YAML\n", argv[i]);
            return 1;
        }
        events += here;
    }
    std::printf("%lu events\n", events);
    return 0;
}
