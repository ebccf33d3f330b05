using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Patch.FhirPath;

/// <summary>One operation of a FHIRPath Patch, its parameters there and of the right types. https://hl7.org/fhir/R4/fhirpatch.html#concept</summary>
/// <param name="Label">Names it in messages: <c>operation[3] (replace Patient.birthDate)</c>.</param>
/// <param name="Path">FHIRPath from the resource.</param>
/// <param name="Expression"><c>Parameters.parameter[3]</c></param>
internal abstract record PatchOperation(string Label, string Path, string Expression)
{
    /// <param name="Value">The part that holds the value.</param>
    public sealed record Add(string Label, string Path, string Expression, string Name, Element Value) : PatchOperation(Label, Path, Expression);

    public sealed record Insert(string Label, string Path, string Expression, int Index, Element Value) : PatchOperation(Label, Path, Expression);

    public sealed record Delete(string Label, string Path, string Expression) : PatchOperation(Label, Path, Expression);

    public sealed record Replace(string Label, string Path, string Expression, Element Value) : PatchOperation(Label, Path, Expression);

    public sealed record Move(string Label, string Path, string Expression, int Source, int Destination) : PatchOperation(Label, Path, Expression);

    /// <exception cref="FhirException">All faults of all operations together.</exception>
    public static List<PatchOperation> ReadAll(ResourceDocument parameters, PatchLimits limits)
    {
        var operations = new List<PatchOperation>();
        var issues = new List<Issue>();
        var index = 0;
        foreach (var parameter in parameters.Root.Children("parameter"))
        {
            if (index == limits.MaxOperations) PatchFault.CheckCount(parameters.Root.Children("parameter").ToList().Count, limits);
            try
            {
                operations.Add(Read(parameter, index++, limits));
            }
            catch (FhirException fault)
            {
                issues.AddRange(fault.Issues);
            }
        }

        return issues.Count == 0 ? operations : throw new FhirException(issues);
    }

    /// <summary>Parts that the specification does not name are passed over: others put the previous value in.</summary>
    private static PatchOperation Read(Element parameter, int index, PatchLimits limits)
    {
        var expression = FormattableString.Invariant($"Parameters.parameter[{index}]");
        var place = FormattableString.Invariant($"operation[{index}]");
        if (parameter.TextOf("name") is not "operation")
            throw PatchFault.Malformed(place, $"the parameters of a FHIRPath Patch are named 'operation', not '{PatchFault.Shortened(parameter.TextOf("name") ?? "")}'.", expression);

        var type = Text(parameter, "type", place, expression);
        var path = Text(parameter, "path", place, expression);
        if (path.Length > limits.MaxPathLength)
            throw PatchFault.Malformed(place, FormattableString.Invariant($"the path is longer than {limits.MaxPathLength:N0} characters."), expression);
        var label = $"{place} ({PatchFault.Shortened(type)} {PatchFault.Shortened(path)})";
        return type switch
        {
            "add" => new Add(label, path, expression, Text(parameter, "name", label, expression), Part(parameter, "value", label, expression)),
            "insert" => new Insert(label, path, expression, Number(parameter, "index", label, expression), Part(parameter, "value", label, expression)),
            "delete" => new Delete(label, path, expression),
            "replace" => new Replace(label, path, expression, Part(parameter, "value", label, expression)),
            "move" => new Move(label, path, expression, Number(parameter, "source", label, expression), Number(parameter, "destination", label, expression)),
            _ => throw PatchFault.Malformed(place, $"'{PatchFault.Shortened(type)}' is no type of operation; there are add, insert, delete, replace and move.", expression),
        };
    }

    private static Element Part(Element parameter, string name, string label, string expression)
    {
        Element? found = null;
        foreach (var part in parameter.Children("part"))
        {
            if (part.TextOf("name") != name) continue;
            if (found is not null) throw PatchFault.Malformed(label, $"the part '{name}' is given twice.", expression);
            found = part;
        }

        return found ?? throw PatchFault.Malformed(label, $"the part '{name}' is missing.", expression);
    }

    private static string Text(Element parameter, string name, string label, string expression) =>
        Part(parameter, name, label, expression).Child("value") is { IsPrimitive: true, Text: { } text }
            ? text
            : throw PatchFault.Malformed(label, $"the part '{name}' has no value that is a text.", expression);

    private static int Number(Element parameter, string name, string label, string expression) =>
        int.TryParse(Text(parameter, name, label, expression), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw PatchFault.Malformed(label, $"the part '{name}' is a whole number from 0.", expression);
}
