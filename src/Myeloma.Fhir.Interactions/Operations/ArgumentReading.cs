using System.Text;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Requests;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary>Takes the parameters of an operation from URL and body, one issue a fault. https://hl7.org/fhir/R4/operations.html#request</summary>
internal sealed class ArgumentReading(OperationDefinition definition, bool isStrict)
{
    private readonly List<OperationArgument> arguments = [];
    private readonly List<Issue> issues = [];

    /// <param name="bodyIsBroken">The body may have held what seems to be missing.</param>
    /// <exception cref="FhirException">All faults together.</exception>
    public List<OperationArgument> Read(IReadOnlyList<KeyValuePair<string, string>> query, ResourceDocument? body, bool bodyIsBroken)
    {
        foreach (var (name, value) in query) TakeQuery(name, value);
        if (body is { ResourceType: "Parameters" }) TakeParameters(body);
        else if (body is not null) TakeBody(body);

        // One that was refused for its type is not missing besides.
        var isComplete = !bodyIsBroken && issues.Count == 0;
        foreach (var parameter in definition.Parameters) Count(parameter, isComplete);
        return issues.Count == 0 ? arguments : throw new FhirException(issues);
    }

    private void TakeQuery(string name, string value)
    {
        if (Known(name, null) is not { } parameter) return;
        if (!parameter.IsPrimitive)
        {
            if (parameter.Type != OperationParameter.Any)
            {
                issues.Add(Issue.Invalid($"The parameter '{name}' is {TypeInWords(parameter)} and can't stand in the URL; send Parameters by POST."));
                return;
            }
        }
        else if (parameter.Type is "uri" or "canonical") value = WithQueryEncoded(value);
        if (parameter.IsPrimitive && PrimitiveFormat.Fault(R4Schema.Instance.FindType(parameter.Type!)!.Primitive, Encoding.UTF8.GetBytes(value)) is { } fault)
        {
            issues.Add(Issue.Value($"The parameter '{name}' is {TypeInWords(parameter)}, not '{Shortened(value)}': {fault}"));
            return;
        }

        arguments.Add(new OperationArgument(name, value));
    }

    /// <summary>A url with a query of its own should be encoded twice in the query of a request; clients do it once, so that its blanks come as such.</summary>
    private static string WithQueryEncoded(string url) => url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query && url.AsSpan(query).IndexOfAny(" \t\r\n") >= 0
        ? url[..query] + url[query..].Replace(" ", "%20", StringComparison.Ordinal).Replace("\t", "%09", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal)
        : url;

    private void TakeBody(ResourceDocument body)
    {
        if (definition.BodyParameter is not { } parameter)
        {
            issues.Add(Issue.Invalid($"The operation '{definition.Name}' takes Parameters, not {body.ResourceType}.", body.ResourceType));
            return;
        }

        if (Fits(parameter, body.ResourceType, body.ResourceType)) arguments.Add(new OperationArgument(parameter.Name, null, Resource: new InputResource(body)));
    }

    private void TakeParameters(ResourceDocument body)
    {
        var faults = ResourceIntake.Errors(body).Where(issue => !IsInsideResource(issue.Expression)).ToList();
        if (faults.Count > 0) throw new FhirException(faults);

        var index = 0;
        foreach (var parameter in body.Root.Children("parameter"))
        {
            var expression = $"Parameters.parameter[{index++}]";
            if (parameter.TextOf("name") is { } name && Known(name, expression) is { } known) Take(known, parameter, expression);
        }
    }

    private void Take(OperationParameter known, Element parameter, string expression)
    {
        if (parameter.Child("resource") is { } resource)
        {
            if (Fits(known, resource.Type.Name, $"{expression}.resource"))
                arguments.Add(new OperationArgument(known.Name, null, parameter, InputResource.Of(resource, $"{expression}.resource"), expression));
            return;
        }

        var value = parameter.Child("value");
        // Data that FHIR has no type for travels in extensions; what they say is between the client and the operation.
        if (value is null && known.Type is not null && parameter.Child("extension") is not null)
            arguments.Add(new OperationArgument(known.Name, null, parameter, null, expression));
        else if (Mismatch(known, value?.Type, parameter.Child("part") is not null) is { } found)
            issues.Add(Issue.Invalid($"The parameter '{known.Name}' is {TypeInWords(known)}, not {found}.", expression));
        else if (value is { IsPrimitive: true } primitive && known.IsPrimitive && primitive.Text is { } text
            && PrimitiveFormat.Fault(R4Schema.Instance.FindType(known.Type!)!.Primitive, Encoding.UTF8.GetBytes(text)) is { } fault)
            issues.Add(Issue.Value($"The parameter '{known.Name}' is {TypeInWords(known)}, not '{Shortened(text)}': {fault}", $"{expression}.value"));
        else
            arguments.Add(new OperationArgument(known.Name, value is { IsPrimitive: true } ? value.Value.Text : null, parameter, null, expression));
    }

    private bool Fits(OperationParameter known, string resourceType, string expression)
    {
        if (known.Type == OperationParameter.Any || (known.IsResource && R4Schema.Instance.FindType(resourceType)!.IsA(known.Type!))) return true;
        issues.Add(Issue.Invalid($"The parameter '{known.Name}' is {TypeInWords(known)}, not {WithArticle(resourceType)}.", expression));
        return false;
    }

    /// <returns>What was given instead of the declared type; null when it fits.</returns>
    private static string? Mismatch(OperationParameter known, TypeSchema? value, bool hasParts)
    {
        if (known.Type == OperationParameter.Any) return null;
        if (value is null) return hasParts ? (known.Type is null ? null : "a group of parts") : "without a value";
        if (known.Type is null || !(value.Name == known.Type || Family(value.Name) is { } family && family == Family(known.Type))) return WithArticle(value.Name);
        return null;
    }

    /// <summary>Types whose texts stand for each other: clients write valueString for a code and valueUri for a canonical, and nothing is lost by that.</summary>
    private static string? Family(string type) => type switch
    {
        "string" or "markdown" or "code" or "id" or "uri" or "url" or "canonical" or "oid" or "uuid" => "text",
        "date" or "dateTime" or "instant" => "time",
        "integer" or "positiveInt" or "unsignedInt" => "integer",
        _ => null,
    };

    private OperationParameter? Known(string name, string? expression)
    {
        if (definition.FindParameter(name) is { } parameter) return parameter;
        if (definition.Refused.TryGetValue(name, out var instead)) issues.Add(Issue.NotSupported($"The parameter '{name}' is not taken: {instead}", expression));
        else if (isStrict)
        {
            var names = definition.Parameters.Select(known => known.Name).ToList();
            issues.Add(Issue.Invalid(
                names.Count == 0
                    ? $"The parameter '{Shortened(name)}' is not known for '{definition.Name}', which takes none."
                    : $"The parameter '{Shortened(name)}' is not known for '{definition.Name}'{Suggestion.For(Shortened(name), names)} It takes {string.Join(", ", names)}.",
                expression));
        }

        return null;
    }

    private void Count(OperationParameter parameter, bool isComplete)
    {
        var given = arguments.Count(argument => argument.Name == parameter.Name);
        if (given > parameter.Max)
        {
            var limit = parameter.Max == 1 ? "once" : FormattableString.Invariant($"{parameter.Max} times");
            issues.Add(Issue.Invalid(FormattableString.Invariant($"The parameter '{parameter.Name}' was given {given} times; it may be given {limit}."),
                arguments.Where(argument => argument.Name == parameter.Name).Skip(parameter.Max).First().Expression));
        }

        if (given < parameter.Min && isComplete)
            issues.Add(Issue.Required($"The operation '{definition.Name}' needs the parameter '{parameter.Name}', {TypeInWords(parameter)}."));
    }

    /// <summary>Faults of a resource that is a parameter are for the operation to judge.</summary>
    private static bool IsInsideResource(string? expression) => expression is not null && expression.Contains("].resource", StringComparison.Ordinal);

    private static string TypeInWords(OperationParameter parameter) => parameter.Type switch
    {
        null => "a group of parts",
        OperationParameter.Any => "a value",
        "Resource" => "a resource",
        var type => WithArticle(type),
    };

    private static string WithArticle(string type) =>
        $"{("aeioAEIO".Contains(type[0], StringComparison.Ordinal) || type.StartsWith("un", StringComparison.Ordinal) ? "an" : "a")} {type}";

    private static string Shortened(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
