using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>The state of one evaluation: what lambdas see, the instant of now(), and the budget. Used by one thread.</summary>
internal sealed class Frame
{
    private const int StepsBetweenClockReadings = 1 << 12;

    /// <summary>An evaluation that runs inside another, as conformsTo() brings about, finds none here and makes its own.</summary>
    [ThreadStatic]
    private static Frame? free;

    private Focus root;
    private int stepsLeft;
    private int untilClock;
    private long started;

    private Frame()
    {
    }

    /// <summary><c>%context</c>.</summary>
    public Collection Root => root.ToCollection();

    public EvaluationContext Context { get; private set; } = EvaluationContext.Default;

    public string Expression { get; private set; } = "";

    /// <summary>A frame that this thread used before, as new.</summary>
    public static Frame Rent(in Focus root, EvaluationContext context, string expression)
    {
        var frame = free ?? new Frame();
        free = null;
        frame.root = root;
        frame.Context = context;
        frame.Expression = expression;
        frame.stepsLeft = context.Limits.MaxSteps;
        frame.untilClock = StepsBetweenClockReadings;
        frame.started = 0;
        frame.Index = null;
        frame.Total = null;
        frame.Clock.Start(context.TimeProvider);
        return frame;
    }

    /// <summary>After the evaluation: keeps no resource alive.</summary>
    public void Return()
    {
        root = default;
        Context = EvaluationContext.Default;
        Total = null;
        free = this;
    }

    /// <summary><c>$index</c>; null outside of lambdas.</summary>
    public int? Index { get; set; }

    /// <summary><c>$total</c>; null outside of aggregate().</summary>
    public Collection? Total { get; set; }

    /// <summary>The same instant throughout an evaluation.</summary>
    public EvaluationClock Clock { get; } = new();

    public Equality Equality => new(Clock);

    /// <summary><c>%resource</c>: the context's, else the root of the document of the context element.</summary>
    public Element? Resource => Context.Resource ?? DocumentRoot;

    public Element? RootResource => Context.RootResource ?? DocumentRoot;

    private Element? DocumentRoot => root.Count > 0 && root[0].IsElement ? root[0].Element.Document.Root : null;

    /// <summary>Charges work to the budget.</summary>
    /// <exception cref="FhirException"><c>too-costly</c>.</exception>
    public void Step(int count = 1)
    {
        stepsLeft -= count;
        if (stepsLeft < 0) TooCostly($"more than {Context.Limits.MaxSteps} steps");
        untilClock -= count;
        if (untilClock < 0) ReadClock();
    }

    private void ReadClock()
    {
        untilClock = StepsBetweenClockReadings;
        if (started == 0) started = Context.TimeProvider.GetTimestamp();
        else if (Context.TimeProvider.GetElapsedTime(started) > Context.Limits.MaxTime) TooCostly($"longer than {Context.Limits.MaxTime.TotalSeconds} s");
    }

    /// <summary>A string that the expression built, if it is not too long.</summary>
    /// <exception cref="FhirException"><c>too-costly</c>.</exception>
    public string Checked(string text)
    {
        CheckLength(text.Length);
        Step(text.Length / 64);
        return text;
    }

    /// <summary>For a string in the making.</summary>
    /// <exception cref="FhirException"><c>too-costly</c>.</exception>
    public void CheckLength(long length)
    {
        if (length > Context.Limits.MaxStringLength) TooCostly($"a string of more than {Context.Limits.MaxStringLength} characters");
    }

    public void TooCostly(string what) =>
        throw new FhirException(Issue.TooCostly($"FHIRPath '{SyntaxFault.Shown(Expression)}' needs {what}."));
}
