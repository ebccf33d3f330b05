using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Tests.Conformance;

/// <summary>Runs a case of the suite the way its README says.</summary>
internal sealed class SuiteRunner
{
    private readonly Dictionary<string, ResourceDocument> inputs = [];

    /// <returns>Null when the case passes, else what differs.</returns>
    public string? Run(SuiteCase test)
    {
        Collection result;
        try
        {
            result = Evaluate(test);
        }
        catch (FhirException exception)
        {
            return test.Invalid is null ? exception.Message : null;
        }

        if (test.Invalid is not null) return $"{test.Invalid} error expected, got {result}";
        if (test.Predicate) result = Collection.Of(result.Count > 0 && !(result.Count == 1 && result[0].ToSystem() is SystemValue.Boolean { Value: false }));
        return Differ(test, result) ? $"expected {{{string.Join(", ", test.Outputs.Select(output => output.Value))}}}, got {result}" : null;
    }

    private Collection Evaluate(SuiteCase test)
    {
        var expression = FhirPathExpression.Parse(test.Expression);
        var context = EvaluationContext.Default with { RefuseUnknownElements = test.Mode == "strict", ConformsTo = ConformsTo };
        return test.Input is null ? expression.Evaluate(Collection.Empty, context) : expression.Evaluate(Input(test.Input).Root, context);
    }

    /// <summary>Enough for the suite: base definitions, by the type's name.</summary>
    private static bool? ConformsTo(Element element, string profile)
    {
        const string Base = "http://hl7.org/fhir/StructureDefinition/";
        if (!profile.StartsWith(Base, StringComparison.Ordinal) || element.Document.Schema.FindType(profile[Base.Length..]) is null) return null;
        return element.Type.IsA(profile[Base.Length..]);
    }

    private ResourceDocument Input(string name)
    {
        name = Path.ChangeExtension(name, ".json");
        if (!inputs.TryGetValue(name, out var document))
            inputs[name] = document = ResourceDocument.Parse(File.ReadAllBytes(Path.Combine(SuiteCase.Folder, "input", name)));
        return document;
    }

    private static bool Differ(SuiteCase test, Collection result)
    {
        if (result.Count != test.Outputs.Count) return true;
        var rest = result.ToList();
        foreach (var output in test.Outputs)
        {
            var found = test.Ordered ? 0 : rest.FindIndex(item => Matches(output, item));
            if (found < 0 || !Matches(output, rest[found])) return true;
            rest.RemoveAt(found);
        }

        return false;
    }

    private static bool Matches(SuiteOutput output, Item item)
    {
        if (output.Type is not null && !string.Equals(TypeOf(item), output.Type, StringComparison.OrdinalIgnoreCase)) return false;
        if (string.IsNullOrEmpty(output.Value)) return true;
        var value = item.ToSystem();
        var text = value switch
        {
            SystemValue.Date or SystemValue.DateTime => "@" + value,
            SystemValue.Time => "@T" + value,
            _ => item.Text ?? value?.ToString(),
        };
        return text == output.Value;
    }

    private static string TypeOf(Item item)
    {
        var name = item.TypeName[(item.TypeName.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return name is "code" or "id" or "uri" or "url" or "canonical" or "markdown" ? "string" : name;
    }
}
