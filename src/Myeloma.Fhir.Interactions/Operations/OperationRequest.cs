using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary>An operation invoked: where, and with which parameters, whether they came in the URL, in Parameters or as the body itself.</summary>
/// <remarks>https://hl7.org/fhir/R4/operations.html#request</remarks>
public sealed class OperationRequest
{
    private readonly List<OperationArgument> arguments;

    /// <summary>Reads the parameters and holds them against the definition.</summary>
    /// <param name="query">Of the URL, decoded, those about the answer's form left out.</param>
    /// <param name="body">Null when there is none.</param>
    /// <param name="bodyFaults">Why a body that is there could not be parsed.</param>
    /// <exception cref="FhirException">
    /// All faults together: <c>invalid</c> a parameter of the wrong type, given too often, or unknown under strict handling; <c>value</c> text that is not of its type;
    /// <c>required</c> one that is missing; <c>structure</c> and others for Parameters against the schema, what is inside a resource parameter left out.
    /// </exception>
    public OperationRequest(
        OperationDefinition definition, RequestTarget target, IReadOnlyList<KeyValuePair<string, string>> query, ResourceDocument? body, InteractionContext context,
        IReadOnlyList<Issue>? bodyFaults = null)
    {
        Definition = definition;
        Target = target;
        Body = body;
        Context = context;
        BodyFaults = bodyFaults ?? [];
        arguments = new ArgumentReading(definition, context.IsStrict).Read(query, body, BodyFaults.Count > 0);
    }

    public OperationDefinition Definition { get; }

    /// <summary>The place: its kind tells the level.</summary>
    public RequestTarget Target { get; }

    /// <summary>Resource type of the URL; null at the level of the system.</summary>
    public string? Type => Target.Type;

    /// <summary>Id of the URL, as written; null but at the level of an instance.</summary>
    public string? Id => Target.Id;

    public InteractionContext Context { get; }

    /// <summary>The body as it came: Parameters, or a resource that is itself the parameter; null when there was none or it could not be parsed.</summary>
    public ResourceDocument? Body { get; }

    /// <summary>Why the body could not be parsed, in its own lines (of XML, when it is XML); empty unless the definition <see cref="OperationDefinition.AnswersBodyFaults"/>.</summary>
    public IReadOnlyList<Issue> BodyFaults { get; }

    /// <summary>Everything that was given, in order: first of the URL, then of the body.</summary>
    public IReadOnlyList<OperationArgument> All => arguments;

    /// <summary>What was given under a name, in order: first of the URL, then of the body.</summary>
    public IEnumerable<OperationArgument> Arguments(string name) => arguments.Where(argument => argument.Name == name);

    /// <summary>The value of a primitive parameter that occurs at most once.</summary>
    /// <returns>Null when it was not given.</returns>
    public string? Text(string name) => Find(name)?.Text;

    /// <summary>The values of a primitive parameter, in order.</summary>
    public IReadOnlyList<string> Texts(string name) => [.. Arguments(name).Select(argument => argument.Text).OfType<string>()];

    /// <summary>The value of a primitive parameter that the operation can't do without, for one that depends on others; what is always needed has a minimum in the definition.</summary>
    /// <exception cref="FhirException"><c>required</c>: it was not given.</exception>
    public string GetText(string name, string why) =>
        Text(name) ?? throw new FhirException(Issue.Required($"The operation '{Definition.Name}' needs the parameter '{name}' {why}."));

    /// <returns>Null when it was not given.</returns>
    public bool? Boolean(string name) => Text(name) is { } text ? text == "true" : null;

    /// <returns>Null when it was not given.</returns>
    public int? Integer(string name) => Text(name) is { } text ? int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : null;

    /// <summary>The value of a parameter with any data type, as an element of the body.</summary>
    /// <returns>Null when it was not given, or in the URL.</returns>
    public Element? Value(string name) => Find(name)?.Parameter?.Child("value");

    /// <summary>A resource that was given under that name, or as the body.</summary>
    public bool TryResource(string name, [NotNullWhen(true)] out InputResource? resource)
    {
        resource = Find(name)?.Resource;
        return resource is not null;
    }

    /// <summary>All resources that were given under that name, in order.</summary>
    public IReadOnlyList<InputResource> Resources(string name) => [.. Arguments(name).Select(argument => argument.Resource).OfType<InputResource>()];

    private OperationArgument? Find(string name) => Arguments(name).FirstOrDefault();
}

/// <summary>One parameter as it was given.</summary>
/// <param name="Text">The value of a primitive one, else null.</param>
/// <param name="Parameter">The <c>Parameters.parameter</c>, for values of other types and parts; null for one of the URL and for the body itself.</param>
/// <param name="Resource">The resource of a resource parameter, else null.</param>
/// <param name="Expression"><c>Parameters.parameter[2]</c>; null for one of the URL and for the body itself.</param>
public sealed record OperationArgument(string Name, string? Text, Element? Parameter = null, InputResource? Resource = null, string? Expression = null);
