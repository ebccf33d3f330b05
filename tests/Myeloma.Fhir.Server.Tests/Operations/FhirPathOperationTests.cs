using System.Text;
using System.Text.Json;
using Myeloma.Fhir.Model.Xml;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary><c>$fhirpath</c>, and with it what every operation has: levels, GET and POST, batches, the CapabilityStatement.</summary>
[Trait("Category", "Postgres")]
public sealed class FhirPathOperationTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Patient = """
        {"resourceType":"Patient","id":"fp","active":true,"name":[{"family":"Example","given":["Ann","Bea"]},{"family":"Sample"}],"birthDate":"1970-01","_birthDate":{"extension":[{"url":"http://example.org/e","valueCode":"x"}]},"contact":[{"gender":"female"}],"managingOrganization":{"reference":"Organization/fp"}}
        """;

    [Fact]
    public async Task The_answer_has_the_form_that_labs_read()
    {
        var answer = await server.SendAsync("POST", "/$fhirpath", $$"""
            {"resourceType":"Parameters","parameter":[
              {"name":"expression","valueString":"trace('seen', given).family | %add"},
              {"name":"context","valueString":"name"},
              {"name":"variables","part":[{"name":"add","valueInteger":7}]},
              {"name":"resource","resource":{{Patient}}}]}
            """);

        Assert.Equal(200, answer.Status);
        Assert.Equal(("Parameters", "fhirpath"), (answer.Json.GetProperty("resourceType").GetString(), answer.Json.GetProperty("id").GetString()));
        var parameters = answer.Json.GetProperty("parameter").EnumerateArray().ToList();
        var asked = parameters[0].GetProperty("part").EnumerateArray().ToDictionary(part => part.GetProperty("name").GetString()!);
        Assert.Equal(["evaluator", "parseDebugTree", "expectedReturnType", "context", "expression", "resource", "variables"], asked.Keys);
        Assert.StartsWith("Myeloma.Fhir-", asked["evaluator"].GetProperty("valueString").GetString(), StringComparison.Ordinal);
        Assert.Equal("string[] | integer[]", asked["expectedReturnType"].GetProperty("valueString").GetString());
        Assert.Equal("name", asked["context"].GetProperty("valueString").GetString());
        Assert.Equal("fp", asked["resource"].GetProperty("resource").GetProperty("id").GetString());
        using (var tree = JsonDocument.Parse(asked["parseDebugTree"].GetProperty("valueString").GetString()!))
            Assert.Equal(("BinaryExpression", "|"), (tree.RootElement.GetProperty("ExpressionType").GetString(), tree.RootElement.GetProperty("Name").GetString()));
        Assert.Equal(
            [
                """{"name":"result","valueString":"Patient.name[0]","part":[{"name":"trace","valueString":"seen","part":[{"extension":[{"url":"http://fhir.forms-lab.com/StructureDefinition/resource-path","valueString":"Patient.name[0].given[0]"}],"name":"string","valueString":"Ann"},{"extension":[{"url":"http://fhir.forms-lab.com/StructureDefinition/resource-path","valueString":"Patient.name[0].given[1]"}],"name":"string","valueString":"Bea"}]},{"extension":[{"url":"http://fhir.forms-lab.com/StructureDefinition/resource-path","valueString":"Patient.name[0].family"}],"name":"string","valueString":"Example"},{"extension":[{"url":"http://fhir.forms-lab.com/StructureDefinition/resource-path","valueString":"Parameters.parameter[2].part[0].value"}],"name":"integer","valueInteger":7}]}""",
                """{"name":"result","valueString":"Patient.name[1]","part":[{"name":"trace","valueString":"seen"},{"extension":[{"url":"http://fhir.forms-lab.com/StructureDefinition/resource-path","valueString":"Patient.name[1].family"}],"name":"string","valueString":"Sample"},{"extension":[{"url":"http://fhir.forms-lab.com/StructureDefinition/resource-path","valueString":"Parameters.parameter[2].part[0].value"}],"name":"integer","valueInteger":7}]}""",
            ],
            parameters.Skip(1).Select(parameter => parameter.GetRawText()));
    }

    [Theory]
    [InlineData("name[0]", "HumanName", "\"valueHumanName\":{\"family\":\"Example\",\"given\":[\"Ann\",\"Bea\"]}")]
    [InlineData("birthDate", "date", "\"valueDate\":\"1970-01\",\"_valueDate\":{\"extension\":[{\"url\":\"http://example.org/e\",\"valueCode\":\"x\"}]}")]
    [InlineData("contact", "Patient.contact", "json-value\",\"valueString\":\"{\\\"gender\\\":\\\"female\\\"}\"}],\"name\":\"Patient.contact\"")]
    [InlineData("active", "boolean", "\"valueBoolean\":true")]
    [InlineData("name.count() + 1", "integer", "\"valueInteger\":3")]
    [InlineData("1.50", "decimal", "\"valueDecimal\":1.50")]
    [InlineData("'a\\'\"b'", "string", "\"valueString\":\"a'\\\"b\"")]
    [InlineData("''", "empty-string", "{\"name\":\"empty-string\"}")]
    [InlineData("@2026-01-31T10:00:00Z", "dateTime", "\"valueDateTime\":\"2026-01-31T10:00:00Z\"")]
    [InlineData("@2026-01-31T10", "dateTime", "json-value\",\"valueString\":\"\\\"2026-01-31T10\\\"\"}],\"name\":\"dateTime\"")]
    [InlineData("@T10:30:00", "time", "\"valueTime\":\"10:30:00\"")]
    [InlineData("4 'mg'", "Quantity", "\"valueQuantity\":{\"value\":4,\"unit\":\"mg\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"mg\"}")]
    [InlineData("1 year", "Quantity", "\"valueQuantity\":{\"value\":1,\"unit\":\"year\"}")]
    [InlineData("active.type()", "TypeInfo", "json-value\",\"valueString\":\"{\\\"namespace\\\":\\\"FHIR\\\",\\\"name\\\":\\\"boolean\\\"}\"}],\"name\":\"TypeInfo\"")]
    [InlineData("%resource", "Patient", "\"resource\":{\"resourceType\":\"Patient\",\"id\":\"fp\",")]
    public async Task Each_kind_of_item_is_a_part_named_by_its_type(string expression, string type, string json)
    {
        var answer = await server.SendAsync("POST", "/$fhirpath?expression=" + Uri.EscapeDataString(expression), Patient);

        Assert.Equal(200, answer.Status);
        var part = Assert.Single(Parts(answer));
        Assert.Equal(type, part.GetProperty("name").GetString());
        Assert.Contains(json, part.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_of_this_server_is_named_by_the_URL_or_by_a_parameter_and_its_references_are_followed()
    {
        await server.PutAsync("""{"resourceType":"Organization","id":"fp-2","name":"House","partOf":{"reference":"http://elsewhere.example.org/Organization/1"}}""");
        await server.PutAsync("""{"resourceType":"Organization","id":"fp","name":"Ward","partOf":{"reference":"Organization/fp-2"}}""");
        await server.PutAsync(Patient);
        const string expression = "managingOrganization.resolve().select(name | partOf.resolve().name | partOf.resolve().partOf.resolve().name)";

        var instance = await server.GetAsync("/Patient/fp/$fhirpath?expression=" + Uri.EscapeDataString(expression));
        var named = await server.GetAsync($"/$fhirpath?reference={Uri.EscapeDataString(server.BaseUrl)}/Patient/fp/_history/1&expression=" + Uri.EscapeDataString(expression));
        var missing = await server.GetAsync("/Patient/fp-none/$fhirpath?expression=id");
        var elsewhere = await server.GetAsync("/$fhirpath?reference=http://elsewhere.example.org/Patient/1&expression=id");

        Assert.Equal(["Ward", "House"], Parts(instance).Select(part => part.GetProperty("valueString").GetString()));
        Assert.Equal(["Ward", "House"], Parts(named).Select(part => part.GetProperty("valueString").GetString()));
        Assert.Equal((404, "error not-found: Patient/fp-none is not known here."), (missing.Status, Assert.Single(missing.Issues)));
        Assert.Equal((400, "error invalid: 'http://elsewhere.example.org/Patient/1' is no reference to a resource of this server; one looks like 'Patient/1'."), (elsewhere.Status, Assert.Single(elsewhere.Issues)));
    }

    [Theory]
    [InlineData("'female'.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", "\"valueBoolean\":true")]
    [InlineData("'man'.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", "\"valueBoolean\":false")]
    [InlineData("%resource.conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", "\"valueBoolean\":true")]
    [InlineData("%resource.conformsTo('http://hl7.org/fhir/StructureDefinition/Group')", "\"valueBoolean\":false")]
    [InlineData("gender.elementDefinition().select(path & ' ' & max)", "\"valueString\":\"Patient.gender 1\"")]
    public async Task Terminology_and_profiles_of_R4_answer(string expression, string answered)
    {
        var answer = await server.SendAsync("POST", "/$fhirpath?expression=" + Uri.EscapeDataString(expression), """{"resourceType":"Patient","gender":"female"}""");

        Assert.Contains(answered, Assert.Single(Parts(answer)).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task References_between_entries_of_a_Bundle_are_followed()
    {
        const string bundle = """
            {"resourceType":"Bundle","type":"collection","entry":[
              {"fullUrl":"urn:uuid:7d9c2a44-4d64-4a3a-8a52-0d0f1f0e6a02","resource":{"resourceType":"Organization","name":"Inside"}},
              {"fullUrl":"http://example.org/Patient/1","resource":{"resourceType":"Patient","id":"1","managingOrganization":{"reference":"urn:uuid:7d9c2a44-4d64-4a3a-8a52-0d0f1f0e6a02"}}}]}
            """;

        var answer = await server.SendAsync("POST", "/$fhirpath?expression=" + Uri.EscapeDataString("entry.resource.ofType(Patient).managingOrganization.resolve().name"), bundle);

        Assert.Equal("Inside", Assert.Single(Parts(answer)).GetProperty("valueString").GetString());
    }

    [Theory]
    [InlineData("json-value", "{\"resourceType\":\"Patient\",\"id\":\"in\"}")]
    [InlineData("xml-value", "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"in\"/></Patient>")]
    public async Task A_resource_may_be_text_in_an_extension(string kind, string text)
    {
        var answer = await server.SendAsync("POST", "/$fhirpath", $$"""
            {"resourceType":"Parameters","parameter":[{"name":"expression","valueString":"id"},
              {"name":"resource","extension":[{"url":"http://fhir.forms-lab.com/StructureDefinition/{{kind}}","valueString":{{JsonSerializer.Serialize(text)}}}]}]}
            """);

        Assert.Equal("in", Assert.Single(Parts(answer)).GetProperty("valueId").GetString());
    }

    [Fact]
    public async Task It_works_in_XML()
    {
        var answer = await server.SendAsync(
            "POST", "/$fhirpath?expression=active", "<Patient xmlns=\"http://hl7.org/fhir\"><active value=\"true\"/></Patient>", ("Content-Type", "application/fhir+xml"), ("Accept", "application/fhir+xml"));

        Assert.Equal((200, "application/fhir+xml; charset=utf-8"), (answer.Status, answer.Header("Content-Type")));
        Assert.Contains("<valueBoolean value=\"true\"/>", answer.Body, StringComparison.Ordinal);
        Assert.NotEmpty(XmlReading.ToJson(Encoding.UTF8.GetBytes(answer.Body)));
    }

    [Theory]
    [InlineData("name.whre(true)", 400, "error invalid: FHIRPath 'name.whre(true)', character 6: ")]
    [InlineData("name.(", 400, "error invalid: FHIRPath 'name.(', character 6: ")]
    [InlineData("name + 1", 400, "error invalid: FHIRPath 'name + 1', character 6: ")]
    [InlineData("nme", 200, "")]
    public async Task What_is_wrong_with_an_expression_is_told_with_the_character(string expression, int status, string issue)
    {
        var answer = await server.SendAsync("POST", "/$fhirpath?expression=" + Uri.EscapeDataString(expression), Patient);

        Assert.Equal(status, answer.Status);
        if (status != 200) Assert.StartsWith(issue, Assert.Single(answer.Issues), StringComparison.Ordinal);
        else Assert.Empty(Parts(answer));
    }

    [Fact]
    public async Task An_unknown_step_is_a_fault_when_that_is_asked_for()
    {
        var answer = await server.SendAsync("POST", "/$fhirpath?expression=nme&validate=true", Patient);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith("error invalid: FHIRPath 'nme', character 1: ", Assert.Single(answer.Issues), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_the_types_forbid_is_told_together_when_that_is_asked_for()
    {
        var answer = await server.SendAsync("POST", "/$fhirpath?validate=true&context=name.where(usee%20%3D%20%27x%27)&expression=familly", Patient);

        Assert.Equal(400, answer.Status);
        Assert.Collection(
            answer.Issues,
            issue => Assert.StartsWith("error invalid: FHIRPath 'name.where(usee = 'x')', character 12: ", issue, StringComparison.Ordinal),
            issue => Assert.StartsWith("error invalid: FHIRPath 'familly', character 1: ", issue, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_it_needs_and_does_not_get_is_named()
    {
        var none = await server.GetAsync("/$fhirpath");
        var two = await server.SendAsync("POST", "/$fhirpath?expression=id&reference=Patient/1", Patient);
        var type = await server.GetAsync("/Patient/$fhirpath?expression=id");
        var unknown = await server.GetAsync("/$fhirpth?expression=id");
        var put = await server.SendAsync("PUT", "/$fhirpath", Patient);
        var strict = await server.GetAsync("/$fhirpath?expression=1&expresion=2", ("Prefer", "handling=strict"));

        Assert.Equal((400, "error required: The operation '$fhirpath' needs the parameter 'expression', a string."), (none.Status, Assert.Single(none.Issues)));
        Assert.Equal((400, "error invalid: There are two resources to evaluate over, the one sent and Patient/1; leave one of them out."), (two.Status, Assert.Single(two.Issues)));
        Assert.Equal((404, "error not-found: The operation '$fhirpath' is not offered at Patient; it is at [base]/$fhirpath, [base]/[type]/[id]/$fhirpath."), (type.Status, Assert.Single(type.Issues)));
        Assert.Equal((404, "error not-found: The operation '$fhirpth' is not known here; did you mean '$fhirpath'?"), (unknown.Status, Assert.Single(unknown.Issues)));
        Assert.Equal((405, "GET, HEAD, POST, OPTIONS"), (put.Status, put.Header("Allow")));
        Assert.Equal(400, strict.Status);
    }

    [Fact]
    public async Task It_is_an_entry_of_batches_and_by_GET_of_transactions()
    {
        const string get = """{"request":{"method":"GET","url":"$fhirpath?expression=1%2B1"}}""";
        const string post = """{"resource":{"resourceType":"Parameters","parameter":[{"name":"expression","valueString":"2+2"}]},"request":{"method":"POST","url":"$fhirpath"}}""";
        const string wrong = """{"request":{"method":"GET","url":"$nothing"}}""";

        var batch = await server.SendAsync("POST", "", $$"""{"resourceType":"Bundle","type":"batch","entry":[{{get}},{{post}},{{wrong}}]}""");
        var transaction = await server.SendAsync("POST", "", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{get}}]}""");
        var refused = await server.SendAsync("POST", "", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{post}}]}""");

        Assert.Equal(["200 OK", "200 OK", "404 Not Found"], batch.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()));
        Assert.Contains("\"valueInteger\":2", batch.Entries[0].GetRawText(), StringComparison.Ordinal);
        Assert.Contains("\"valueInteger\":4", batch.Entries[1].GetRawText(), StringComparison.Ordinal);
        Assert.Contains("\"valueInteger\":2", Assert.Single(transaction.Entries).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(
            (400, "error not-supported Bundle.entry[0].request.url: A transaction can't invoke '$fhirpath' by POST, since it could not take back what that did; use GET, or a batch."),
            (refused.Status, Assert.Single(refused.Issues)));
    }

    [Fact]
    public async Task The_CapabilityStatement_and_the_database_have_its_definition()
    {
        var rest = (await server.GetAsync("/metadata")).Json.GetProperty("rest")[0];
        var definition = await server.GetAsync("/OperationDefinition?url=http://myeloma-fhir.org/fhir/OperationDefinition/fhirpath");

        const string listed = """{"name":"fhirpath","definition":"http://myeloma-fhir.org/fhir/OperationDefinition/fhirpath"}""";
        Assert.Contains(listed, rest.GetProperty("operation").GetRawText(), StringComparison.Ordinal);
        Assert.All(rest.GetProperty("resource").EnumerateArray(), type => Assert.Contains(listed, type.GetProperty("operation").GetRawText(), StringComparison.Ordinal));
        Assert.Equal(["fhirpath"], definition.Matches);
    }

    [Fact]
    public async Task Limits_are_settings()
    {
        var small = await RunningServer.StartAsync(("Fhir:FhirPathMaxItems", "3"), ("Fhir:FhirPathMaxReferences", "0"), ("Fhir:FhirPathMaxSteps", "1000"));
        try
        {
            var items = await small.GetAsync("/$fhirpath?expression=1%7C2%7C3%7C4");
            var references = await small.SendAsync("POST", "/$fhirpath?expression=managingOrganization.resolve()", Patient);
            var steps = await small.SendAsync("POST", "/$fhirpath?expression=" + Uri.EscapeDataString("descendants().select(%resource.descendants().select(%resource.descendants())).count()"), Patient);

            Assert.Equal((422, "error too-costly: The expression gives more than 3 items, the limit of this server (setting Fhir:FhirPathMaxItems)."), (items.Status, Assert.Single(items.Issues)));
            Assert.Equal((422, "error too-costly: resolve() leads to more than 0 resources, the limit of this server (setting Fhir:FhirPathMaxReferences)."), (references.Status, Assert.Single(references.Issues)));
            Assert.Equal(422, steps.Status);
        }
        finally
        {
            await small.DisposeAsync();
        }
    }

    private static List<JsonElement> Parts(Answer answer)
    {
        Assert.True(answer.Status == 200, answer.Body);
        return [.. answer.Json.GetProperty("parameter").EnumerateArray().Where(parameter => parameter.GetProperty("name").GetString() == "result")
            .SelectMany(result => result.GetProperty("part").EnumerateArray())];
    }
}
