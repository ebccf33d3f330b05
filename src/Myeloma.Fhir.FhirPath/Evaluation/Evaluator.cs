using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>A compiled node of an expression; immutable but for memos, shared by threads.</summary>
internal abstract class Evaluator
{
    /// <summary>The type that the expression begins with, when it gives nothing for any other: of <c>Patient.name.where(…)</c> Patient. Null: none, or not known.</summary>
    public virtual string? RootType => null;

    /// <param name="focus"><c>$this</c>: what a path without a target starts from.</param>
    public abstract Collection Evaluate(Frame frame, in Focus focus);

    /// <summary>As <see cref="Evaluate"/>, into a builder: nothing is allocated for one item that somebody only looks at.</summary>
    public virtual void EvaluateInto(Frame frame, in Focus focus, ref CollectionBuilder result) => result.AddRange(Evaluate(frame, focus));

    /// <summary>As a condition: a Boolean, true for any other single item, null for none.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: more than one item.</exception>
    public virtual bool? Holds(Frame frame, in Focus focus, Site site)
    {
        var result = default(CollectionBuilder);
        EvaluateInto(frame, focus, ref result);
        return result.Count switch
        {
            0 => null,
            1 => result[0].ToSystem() is SystemValue.Boolean flag ? flag.Value : true,
            _ => throw site.Expected("one Boolean", result.ToCollection()),
        };
    }
}

/// <summary>A literal, or <c>{}</c>.</summary>
internal sealed class ConstantEvaluator(Collection value) : Evaluator
{
    public Collection Value => value;

    public override Collection Evaluate(Frame frame, in Focus focus) => value;
}

/// <summary><c>$this</c>.</summary>
internal sealed class ThisEvaluator : Evaluator
{
    public static readonly ThisEvaluator Instance = new();

    public override Collection Evaluate(Frame frame, in Focus focus) => focus.ToCollection();

    public override void EvaluateInto(Frame frame, in Focus focus, ref CollectionBuilder result)
    {
        for (var i = 0; i < focus.Count; i++) result.Add(focus[i]);
    }
}

/// <summary><c>$index</c> and <c>$total</c>.</summary>
internal sealed class LambdaVariableEvaluator(SpecialVariable kind) : Evaluator
{
    public override Collection Evaluate(Frame frame, in Focus focus) => kind == SpecialVariable.Total
        ? frame.Total ?? Collection.Empty
        : frame.Index is { } index ? Collection.Of(index) : Collection.Empty;
}

/// <summary><c>%name</c>. https://hl7.org/fhir/R4/fhirpath.html#variables</summary>
internal sealed class VariableEvaluator(string name, Site site) : Evaluator
{
    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        if (frame.Context.Variables.TryGetValue(name, out var value)) return value;
        return name switch
        {
            "context" => frame.Root,
            "resource" => frame.Resource is { } resource ? Collection.Of(resource) : Collection.Empty,
            "rootResource" => frame.RootResource is { } root ? Collection.Of(root) : Collection.Empty,
            "ucum" => Collection.Of(ElementValues.Ucum),
            "sct" => Collection.Of("http://snomed.info/sct"),
            "loinc" => Collection.Of("http://loinc.org"),
            _ when name.StartsWith("vs-", StringComparison.Ordinal) => Collection.Of("http://hl7.org/fhir/ValueSet/" + name[3..]),
            _ when name.StartsWith("ext-", StringComparison.Ordinal) => Collection.Of("http://hl7.org/fhir/StructureDefinition/" + name[4..]),
            _ => throw site.Fault($"the variable %{name} is not defined."),
        };
    }
}

/// <summary><c>target[index]</c>: the item at the zero-based place; Empty outside. https://hl7.org/fhirpath/N1/#index-integer-collection</summary>
internal sealed class IndexerEvaluator(Evaluator target, Evaluator index, Site site) : Evaluator
{
    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        var result = default(CollectionBuilder);
        EvaluateInto(frame, focus, ref result);
        return result.ToCollection();
    }

    public override void EvaluateInto(Frame frame, in Focus focus, ref CollectionBuilder result)
    {
        frame.Step();
        var items = default(CollectionBuilder);
        target.EvaluateInto(frame, focus, ref items);
        if (index.Evaluate(frame, focus).SingleInteger(site) is { } place && place >= 0 && place < items.Count) result.Add(items[place]);
        items.Release();
    }
}

/// <summary>A function call: target, function, arguments.</summary>
internal sealed class CallEvaluator(Evaluator target, Functions.FunctionEntry function, Evaluator[] arguments, bool[] isDescending, Site site) : Evaluator
{
    public Evaluator Target => target;

    public Functions.FunctionEntry Function => function;

    public Evaluator[] Arguments => arguments;

    public Site Site => site;

    /// <summary>For sort(): which keys are written with a minus.</summary>
    public bool[] IsDescending => isDescending;

    /// <summary>Read and written whole: threads may overwrite each other's, never mix.</summary>
    public RegexMemo? LastRegex { get; set; }

    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        frame.Step();
        return function.Invoke(target.Evaluate(frame, focus), new Arguments(frame, this, focus));
    }
}
