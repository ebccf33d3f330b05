using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Terminology;

/// <summary>One parameter of a terminology operation.</summary>
/// <param name="Text">Its value when that is a primitive; null otherwise.</param>
/// <param name="Parameter">Its element of Parameters, with value, resource or parts; null when it came as text alone.</param>
/// <param name="Resource">The resource it is, where it did not come in Parameters.</param>
public sealed record TerminologyArgument(string Name, string? Text, Element? Parameter, Element? Resource = null);

/// <summary>The parameters of a terminology operation, however they came.</summary>
public sealed class TerminologyArguments
{
    private readonly List<TerminologyArgument> arguments;

    /// <param name="acceptLanguage">Of the request's header; stands where the parameter displayLanguage is not given.</param>
    public TerminologyArguments(IEnumerable<TerminologyArgument> arguments, string? acceptLanguage = null)
    {
        this.arguments = [.. arguments];
        AcceptLanguage = acceptLanguage;
    }

    public string? AcceptLanguage { get; }

    /// <summary>All parameters in the order they were given.</summary>
    public IReadOnlyList<TerminologyArgument> All => arguments;

    /// <summary>Takes them from a Parameters resource.</summary>
    public static TerminologyArguments Of(Element parameters, string? acceptLanguage = null)
    {
        var arguments = new List<TerminologyArgument>();
        foreach (var parameter in parameters.Children("parameter"))
            if (parameter.TextOf("name") is { } name) arguments.Add(new TerminologyArgument(name, parameter.Child("value") is { IsPrimitive: true } value ? value.Text : null, parameter));
        return new TerminologyArguments(arguments, acceptLanguage);
    }

    /// <summary>These parameters, those of another list before them: what both name, the other list says.</summary>
    public TerminologyArguments Under(TerminologyArguments own) =>
        new([.. own.arguments, .. arguments.Where(each => !own.Has(each.Name))], AcceptLanguage);

    public bool Has(string name) => arguments.Any(each => each.Name == name);

    /// <summary>The first value of that name; null when it was not given.</summary>
    public string? Text(string name) => arguments.FirstOrDefault(each => each.Name == name)?.Text;

    public IEnumerable<string> Texts(params string[] names) => arguments.Where(each => names.Contains(each.Name)).Select(each => each.Text).OfType<string>();

    public IEnumerable<Element> Parameters(string name) => arguments.Where(each => each.Name == name).Select(each => each.Parameter).OfType<Element>();

    /// <exception cref="FhirException"><c>invalid</c>: neither true nor false.</exception>
    public bool? Boolean(string name) => Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var other => throw new FhirException(Issue.Invalid($"The parameter '{name}' is true or false, not '{other}'.")),
    };

    /// <exception cref="FhirException"><c>invalid</c>: no whole number of zero or more.</exception>
    public int? Count(string name) => Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FhirException(Issue.Invalid($"The parameter '{name}' is a whole number from 0 to 2147483647, not '{text}'."));

    /// <summary>The resource of the first parameter of that name.</summary>
    public Element? Resource(string name)
    {
        foreach (var argument in arguments)
        {
            if (argument.Name != name) continue;
            if ((argument.Resource ?? argument.Parameter?.Child("resource")) is { } resource) return resource;
        }

        return null;
    }

    /// <summary>The value of the first parameter of that name, when it is no primitive.</summary>
    public Element? Value(string name)
    {
        foreach (var parameter in Parameters(name))
            if (parameter.Child("value") is { } value) return value;
        return null;
    }
}
